package io.tern.benchmark.xdp;

import java.util.List;

/**
 * A kind of packet and what happens to it.
 *
 * @param name in JSON
 * @param words in the table
 * @param codepoint of the CIDs
 * @param flows 4-tuples and CIDs that take turns, a power of two
 * @param servers that clear-text CIDs name in turns, a power of two; 0: the CIDs are encrypted, or
 *     of nobody
 * @param initial an Initial of a new connection
 * @param mode of the backends
 * @param protocol IP's
 * @param port destination
 * @param verdict that every packet has to get
 * @param goal at most so many times the floor; 0: none
 */
record XdpCase(
    String name,
    String words,
    int codepoint,
    int flows,
    int servers,
    boolean initial,
    Mode mode,
    int protocol,
    int port,
    int verdict,
    double goal) {
  /** What backends want: {@code enum mode} of the program's layout. */
  enum Mode {
    L2(1),
    IPIP_V4(2);

    final int number;

    Mode(int number) {
      this.number = number;
    }
  }

  static final int PLAINTEXT = 0;
  static final int SINGLE_PASS = 1;
  static final int FOUR_PASS = 2;

  /** Four times as many CIDs as a CPU has memos: in turns, hardly one finds its own. */
  static final int MANY_CIDS = 65_536;

  private static final int MANY_FLOWS = 65_536;
  private static final int SERVERS = 1024;
  private static final int UDP = 17;
  private static final int TCP = 6;
  private static final int QUIC = 443;
  private static final int PASS = 2;
  private static final int TX = 3;

  static List<XdpCase> all() {
    return List.of(
        clear("clear_l2_1", "clear text, L2, 1 flow", 1, SERVERS, Mode.L2, 4.5),
        clear("clear_l2_64k", "clear text, L2, 64K flows", MANY_FLOWS, SERVERS, Mode.L2, 5),
        clear("clear_ipip_1", "clear text, IPIP, 1 flow", 1, SERVERS, Mode.IPIP_V4, 5),
        clear(
            "clear_ipip_64k",
            "clear text, IPIP, 64K flows",
            MANY_FLOWS,
            SERVERS,
            Mode.IPIP_V4,
            5.5),
        clear(
            "clear_l2_64k_servers",
            "the same, L2, 64K servers",
            MANY_FLOWS,
            MANY_FLOWS,
            Mode.L2,
            0),
        initial("initial_ipip_1", "Initial, fallback, IPIP, 1 flow", 1),
        initial("initial_ipip_64k", "Initial, fallback, IPIP, 64K flows", MANY_FLOWS),
        encrypted("single_pass_hit", "single pass, memo hit", SINGLE_PASS, 1, 7),
        encrypted("single_pass_4k", "single pass, 4K flows", SINGLE_PASS, 4096, 0),
        encrypted("single_pass_miss", "single pass, memo miss", SINGLE_PASS, MANY_CIDS, 14),
        encrypted("four_pass_hit", "four passes, memo hit", FOUR_PASS, 1, 7),
        encrypted("four_pass_4k", "four passes, 4K flows", FOUR_PASS, 4096, 0),
        encrypted("four_pass_miss", "four passes, memo miss", FOUR_PASS, MANY_CIDS, 28),
        notOurs("not_ours_udp", "not ours, UDP", UDP, 53),
        notOurs("not_ours_tcp", "not ours, TCP", TCP, QUIC));
  }

  private static XdpCase clear(
      String name, String words, int flows, int servers, Mode mode, double goal) {
    return new XdpCase(name, words, PLAINTEXT, flows, servers, false, mode, UDP, QUIC, TX, goal);
  }

  private static XdpCase initial(String name, String words, int flows) {
    return new XdpCase(name, words, PLAINTEXT, flows, 0, true, Mode.IPIP_V4, UDP, QUIC, TX, 5.5);
  }

  private static XdpCase encrypted(
      String name, String words, int codepoint, int flows, double goal) {
    return new XdpCase(name, words, codepoint, flows, 0, false, Mode.L2, UDP, QUIC, TX, goal);
  }

  private static XdpCase notOurs(String name, String words, int protocol, int port) {
    return new XdpCase(
        name, words, PLAINTEXT, MANY_FLOWS, SERVERS, false, Mode.L2, protocol, port, PASS, 2);
  }

  /** Those that go over a wire as well: one of each way that a packet may take. */
  static List<XdpCase> live() {
    List<String> names =
        List.of("clear_l2_64k", "clear_ipip_64k", "initial_ipip_64k", "not_ours_udp");
    return all().stream().filter(what -> names.contains(what.name())).toList();
  }

  boolean isEncrypted() {
    return codepoint != PLAINTEXT;
  }
}
