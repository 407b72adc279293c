package io.tern.app.demo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.tern.core.intent.MacAddress;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.link.InterfaceLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * What a balancer of layer 4 in direct-routing mode does (IPVS with {@code -g} and the scheduler
 * {@code sh} with {@code sh-port}): a real server for each source address and port, and the packet
 * as it is, but for the MAC addresses. It knows nothing of QUIC. Thread-safe.
 */
final class DirectRoutingDirector implements AutoCloseable {
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int UDP = 17;
  private static final int SERVICE = 443;
  private static final int ETHERNET = 14;
  private static final int IPV6_HEADER = 40;

  private final InterfaceLink link;
  private final MacAddress own;
  private final List<MacAddress> realServers;

  @GuardedBy("this")
  private final Map<InetSocketAddress, Integer> choices = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Map<InetSocketAddress, Integer> packets = new LinkedHashMap<>();

  @GuardedBy("this")
  private int answers;

  /**
   * A source that it has seen.
   *
   * @param realServer the one it chose, from 0
   * @param packets that it sent there
   */
  record Flow(String source, int realServer, int packets) {}

  /** Begins to work at an interface. */
  DirectRoutingDirector(String interfaceName, MacAddress own, List<MacAddress> realServers)
      throws IOException {
    this.own = own;
    this.realServers = List.copyOf(realServers);
    this.link = InterfaceLink.open(interfaceName);
    link.start(frame -> direct(frame.toByteArray()));
  }

  /** Every source, in the order of its first packet. */
  synchronized List<Flow> flows() {
    List<Flow> flows = new ArrayList<>();
    choices.forEach(
        (source, server) -> flows.add(new Flow(source.toString(), server, packets.get(source))));
    return flows;
  }

  /** Packets of servers to clients: in direct-routing mode there are none. */
  synchronized int answers() {
    return answers;
  }

  private synchronized void direct(byte[] frame) {
    try {
      int etherType = number(frame, 12);
      boolean v4 = etherType == IPV4;
      if ((!v4 && etherType != IPV6) || frame[ETHERNET + (v4 ? 9 : 6)] != UDP) {
        // Neighbour discovery of the hosts' kernels.
        return;
      }
      int udp = ETHERNET + (v4 ? (frame[ETHERNET] & 0xf) * 4 : IPV6_HEADER);
      if (number(frame, udp) == SERVICE) {
        answers++;
        return;
      }
      byte[] address = new byte[v4 ? 4 : 16];
      System.arraycopy(frame, ETHERNET + (v4 ? 12 : 8), address, 0, address.length);
      InetSocketAddress source =
          new InetSocketAddress(InetAddress.getByAddress(address), number(frame, udp));
      int choice = choices.computeIfAbsent(source, this::choose);
      packets.merge(source, 1, Integer::sum);
      write(frame, 0, realServers.get(choice));
      write(frame, 6, own);
      link.send(Octets.of(frame));
    } catch (IOException e) {
      throw new IllegalStateException("the director's interface", e);
    }
  }

  private int choose(InetSocketAddress source) {
    CRC32 hash = new CRC32();
    hash.update(source.getAddress().getAddress());
    hash.update(source.getPort() >>> Byte.SIZE);
    hash.update(source.getPort());
    return (int) (hash.getValue() % realServers.size());
  }

  private static int number(byte[] octets, int at) {
    return (Byte.toUnsignedInt(octets[at]) << Byte.SIZE) | Byte.toUnsignedInt(octets[at + 1]);
  }

  private static void write(byte[] frame, int at, MacAddress mac) {
    for (int i = 0; i < 6; i++) {
      frame[at + i] = (byte) (mac.value() >>> ((5 - i) * Byte.SIZE));
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
