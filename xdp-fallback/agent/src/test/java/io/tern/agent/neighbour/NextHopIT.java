package io.tern.agent.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tern.agent.Programmer;
import io.tern.agent.TestAgents;
import io.tern.agent.TestHost;
import io.tern.agent.TestInterfaces;
import io.tern.agent.layout.MapShape;
import io.tern.agent.pin.ProgramObject;
import io.tern.libbpf.BpfMap;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Forwarding;
import io.tern.p4.conformance.fixture.Forwarding.L2;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.contract.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Backends whose MAC address the controller left open, on an agent in a network namespace whose
 * routes and neighbours change: their entries in the program's map follow the kernel.
 *
 * <p>The namespace has two uplinks into another namespace, ports 1 and 2, and port 3 for clients.
 * Each test has backends and addresses of its own.
 */
class NextHopIT {
  private static final String VIP = "192.0.2.10";
  private static final L2 OPEN = new L2("00:00:00:00:00:00", "00:00:00:00:00:00");
  private static final String V4 = "10.77.1.";
  private static final String V6 = "fd77:1::";
  private static final String BEHIND_V4 = "10.88.";
  private static final String BEHIND_V6 = "fd88:";
  private static final String FIRST = "02:00:00:00:aa:01";
  private static final String SECOND = "02:00:00:00:aa:02";
  private static final Entry NOWHERE = new Entry(0, 0, "00:00:00:00:00:00");

  private static TestHost host;
  private static String net;
  private static String clients;
  private static Programmer programmer;
  private static BpfMap backends;
  private static int uplink;
  private static int other;

  /** What the program reads of a backend. */
  private record Entry(int mode, int interfaceIndex, String mac) {}

  @BeforeAll
  static void startAgent() throws IOException {
    TestAgents.requireRoot(NextHopIT.class);
    host = new TestHost("h");
    net = host.namespace() + "n";
    clients = host.namespace() + "c";
    try {
      TestInterfaces.ip("netns", "add", net);
      for (String name : new String[] {"1", "2"}) {
        TestInterfaces.ip(
            "link",
            "add",
            "up" + name,
            "netns",
            host.namespace(),
            "type",
            "veth",
            "peer",
            "name",
            "far" + name,
            "netns",
            net);
        host.inside("ip", "link", "set", "up" + name, "up");
        inNet("ip", "link", "set", "far" + name, "up");
        address(host.namespace(), "10.77." + name + ".1/24", "up" + name);
        address(host.namespace(), "fd77:" + name + "::1/64", "up" + name);
      }
      // Neighbours may change as often as they like.
      host.inside("sysctl", "-q", "-w", "net.ipv4.neigh.up1.locktime=0");
      host.pair(clients, "in");
      uplink = index("up1");
      other = index("up2");
      host.start(null, "up1", "up2", "in");
      programmer = new Programmer(host.channel(), host.deviceId()).load();
      programmer.write(state());
      backends =
          BpfMap.openPinned(
              TestAgents.PINS.resolve(Path.of(Long.toString(host.deviceId()), "g1", "backends")));
    } catch (IOException | RuntimeException e) {
      endAgent();
      throw e;
    }
  }

  private static DeviceState state() {
    return DeviceState.EMPTY
        .backend(1, 1, new Forwarding.Ipip(OPEN, V4 + "1", V4 + "10", 0))
        .backend(2, 1, new Forwarding.Ipip(OPEN, V6 + "1", V6 + "10", 0))
        .backend(3, 1, new Forwarding.Gue(OPEN, V4 + "1", V4 + "20", 6080))
        .backend(4, 1, new Forwarding.Nat(OPEN, V6 + "20", 4433))
        .backend(5, 1, new Forwarding.Ipip(OPEN, V4 + "1", V4 + "30", 0))
        .backend(6, 1, new Forwarding.Ipip(OPEN, V6 + "1", V6 + "30", 0))
        .backend(7, 1, new Forwarding.Ipip(OPEN, V4 + "1", BEHIND_V4 + "1.9", 0))
        .backend(8, 1, new Forwarding.Ipip(OPEN, V6 + "1", BEHIND_V6 + "1::9", 0))
        .backend(9, 1, new Forwarding.Ipip(OPEN, V4 + "1", BEHIND_V4 + "2.9", 0))
        .backend(10, 1, new Forwarding.Ipip(OPEN, V6 + "1", BEHIND_V6 + "2::9", 0))
        .backend(11, 1, new Forwarding.Ipip(OPEN, V4 + "1", BEHIND_V4 + "3.9", 0))
        .backend(12, 2, new Forwarding.Ipip(OPEN, V4 + "1", "10.77.2.40", 0))
        .serverId(1, sid(1), 1)
        .serverId(1, sid(2), 2)
        .cidConfig(7, 0, 1, 4, 9)
        .vip(VIP, 443, 7, 0);
  }

  private static Octets sid(int backend) {
    return Octets.hex("c0ffee").then(Octets.number(backend, 1));
  }

  @AfterAll
  static void endAgent() throws IOException {
    if (backends != null) {
      backends.close();
    }
    if (programmer != null) {
      programmer.close();
    }
    if (host != null) {
      host.close();
      if (TestInterfaces.ip("netns").contains(net)) {
        TestInterfaces.ip("netns", "delete", net);
      }
    }
  }

  @Test
  void packetsForABackendDangleUntilItsNeighbourAnswers() throws IOException {
    assertThat(entry(1)).isEqualTo(NOWHERE);
    assertThat(entry(2)).isEqualTo(NOWHERE);
    long dangling = programmer.packets(Reason.DANGLING_BACKEND);
    sendTo(1);
    sendTo(2);
    soon().until(() -> programmer.packets(Reason.DANGLING_BACKEND) == dangling + 2);

    address(net, V4 + "10/24", "far1");
    address(net, V6 + "10/64", "far1");

    assertEventually(1, new Entry(2, uplink, macOf("far1")));
    assertEventually(2, new Entry(3, uplink, macOf("far1")));
    long routed = programmer.packets(Reason.ROUTED_BY_CID);
    sendTo(1);
    sendTo(2);
    soon().until(() -> programmer.packets(Reason.ROUTED_BY_CID) == routed + 2);
    assertThat(programmer.packets(Reason.DANGLING_BACKEND)).isEqualTo(dangling + 2);

    // As a machine does that takes over from another: the address announces its new MAC address.
    inNet("sysctl", "-q", "-w", "net.ipv4.conf.far1.arp_notify=1");
    inNet("sysctl", "-q", "-w", "net.ipv6.conf.far1.ndisc_notify=1");
    inNet("ip", "link", "set", "far1", "address", "02:00:00:00:ee:01");
    assertEventually(1, new Entry(2, uplink, "02:00:00:00:ee:01"));
    assertEventually(2, new Entry(3, uplink, "02:00:00:00:ee:01"));
  }

  @Test
  void aNeighbourThatHasAnotherMacAddressIsFollowed() throws IOException {
    neighbour(V4 + "20", FIRST, "up1", "permanent");
    neighbour(V6 + "20", FIRST, "up1", "permanent");
    assertEventually(3, new Entry(4, uplink, FIRST));
    assertEventually(4, new Entry(7, uplink, FIRST));

    neighbour(V4 + "20", SECOND, "up1", "permanent");
    neighbour(V6 + "20", SECOND, "up1", "permanent");
    assertEventually(3, new Entry(4, uplink, SECOND));
    assertEventually(4, new Entry(7, uplink, SECOND));
  }

  @Test
  void aNeighbourThatAnswersNoMoreIsNoNextHop() throws IOException {
    neighbour(V4 + "30", FIRST, "up1", "reachable");
    neighbour(V6 + "30", FIRST, "up1", "reachable");
    assertEventually(5, new Entry(2, uplink, FIRST));
    assertEventually(6, new Entry(3, uplink, FIRST));

    neighbour(V4 + "30", FIRST, "up1", "failed");
    neighbour(V6 + "30", FIRST, "up1", "failed");
    assertEventually(5, NOWHERE);
    assertEventually(6, NOWHERE);

    neighbour(V4 + "30", SECOND, "up1", "stale");
    assertEventually(5, new Entry(2, uplink, SECOND));
  }

  @Test
  void aRouteByAnotherGatewayIsFollowed() throws IOException {
    neighbour(V4 + "41", FIRST, "up1", "permanent");
    neighbour(V4 + "42", SECOND, "up1", "permanent");
    neighbour(V6 + "41", FIRST, "up1", "permanent");
    neighbour(V6 + "42", SECOND, "up1", "permanent");
    route(BEHIND_V4 + "1.0/24", "via", V4 + "41");
    route(BEHIND_V6 + "1::/64", "via", V6 + "41");
    assertEventually(7, new Entry(2, uplink, FIRST));
    assertEventually(8, new Entry(3, uplink, FIRST));

    route(BEHIND_V4 + "1.0/24", "via", V4 + "42");
    route(BEHIND_V6 + "1::/64", "via", V6 + "42");
    assertEventually(7, new Entry(2, uplink, SECOND));
    assertEventually(8, new Entry(3, uplink, SECOND));

    // A gateway of the other family, as BGP unnumbered has them.
    host.inside("ip", "route", "replace", BEHIND_V4 + "1.0/24", "via", "inet6", V6 + "41");
    assertEventually(7, new Entry(2, uplink, FIRST));

    host.inside("ip", "route", "replace", "blackhole", BEHIND_V4 + "1.0/24");
    host.inside("ip", "route", "delete", BEHIND_V6 + "1::/64");
    assertEventually(7, NOWHERE);
    assertEventually(8, NOWHERE);
  }

  @Test
  void aRouteByAnotherPortIsFollowed() throws IOException {
    neighbour(V4 + "51", FIRST, "up1", "permanent");
    neighbour(V6 + "51", FIRST, "up1", "permanent");
    neighbour("10.77.2.51", SECOND, "up2", "permanent");
    neighbour("fd77:2::51", SECOND, "up2", "permanent");
    route(BEHIND_V4 + "2.0/24", "via", V4 + "51");
    route(BEHIND_V6 + "2::/64", "via", V6 + "51");
    assertEventually(9, new Entry(2, uplink, FIRST));
    assertEventually(10, new Entry(3, uplink, FIRST));

    route(BEHIND_V4 + "2.0/24", "via", "10.77.2.51");
    route(BEHIND_V6 + "2::/64", "via", "fd77:2::51");
    assertEventually(9, new Entry(2, other, SECOND));
    assertEventually(10, new Entry(3, other, SECOND));
  }

  @Test
  void thePortOfTheEntryIsTakenWhereTheKernelHasRoutesByBoth() throws IOException {
    neighbour(V4 + "61", FIRST, "up1", "permanent");
    neighbour("10.77.2.61", SECOND, "up2", "permanent");
    host.inside("ip", "route", "add", BEHIND_V4 + "3.0/24", "via", V4 + "61", "metric", "200");
    assertEventually(11, new Entry(2, uplink, FIRST));
    host.inside("ip", "route", "add", BEHIND_V4 + "3.0/24", "via", "10.77.2.61", "metric", "100");
    // A more specific route says more than the entry does.
    host.inside("ip", "route", "add", BEHIND_V4 + "3.8/31", "via", "10.77.2.61");
    assertEventually(11, new Entry(2, other, SECOND));
    host.inside("ip", "route", "delete", BEHIND_V4 + "3.8/31");
    assertEventually(11, new Entry(2, uplink, FIRST));
  }

  @Test
  void anInterfaceThatIsDownLeadsNowhere() throws IOException {
    neighbour("10.77.2.40", FIRST, "up2", "permanent");
    assertEventually(12, new Entry(2, other, FIRST));
    host.inside("ip", "link", "set", "up2", "down");
    assertEventually(12, NOWHERE);
    host.inside("ip", "link", "set", "up2", "up");
    neighbour("10.77.2.40", SECOND, "up2", "permanent");
    assertEventually(12, new Entry(2, other, SECOND));
    address(host.namespace(), "fd77:2::1/64", "up2");
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
  }

  private static void assertEventually(int backend, Entry expected) {
    soon().untilAsserted(() -> assertThat(entry(backend)).isEqualTo(expected));
  }

  private static Entry entry(int backend) {
    MapShape shape = ProgramObject.ofTern().layout().map("backends");
    AtomicReference<Entry> found = new AtomicReference<>();
    backends.forEach(
        (key, value) -> {
          if (shape.value("id").get(value) == backend) {
            found.set(
                new Entry(
                    shape.value("mode").getInt(value),
                    shape.value("ifindex").getInt(value),
                    HexFormat.ofDelimiter(":").formatHex(shape.value("dst_mac").octets(value))));
          }
        });
    return found.get();
  }

  private static void sendTo(int backend) throws IOException {
    try (InterfaceLink link = InterfaceLink.open(clients)) {
      link.send(
          Frame.between("198.51.100.7", VIP)
              .dstMac("02:00:00:00:fe:01")
              .srcMac("02:00:00:00:0c:01")
              .dstPort(443)
              .payload(Quic.shortHeader(Quic.cid(0, sid(backend), 4)))
              .octets());
    }
  }

  private static void neighbour(String address, String mac, String name, String state)
      throws IOException {
    host.inside("ip", "neigh", "replace", address, "lladdr", mac, "dev", name, "nud", state);
  }

  private static void route(String prefix, String... way) throws IOException {
    String[] command = new String[way.length + 4];
    command[0] = "ip";
    command[1] = "route";
    command[2] = "replace";
    command[3] = prefix;
    System.arraycopy(way, 0, command, 4, way.length);
    host.inside(command);
  }

  private static void address(String namespace, String address, String name) throws IOException {
    if (address.contains(":")) {
      TestInterfaces.ip("-n", namespace, "address", "add", address, "dev", name, "nodad");
    } else {
      TestInterfaces.ip("-n", namespace, "address", "add", address, "dev", name);
    }
  }

  private static String inNet(String... command) throws IOException {
    String[] all = new String[command.length + 4];
    System.arraycopy(new String[] {"ip", "netns", "exec", net}, 0, all, 0, 4);
    System.arraycopy(command, 0, all, 4, command.length);
    return TestInterfaces.run(all);
  }

  private static int index(String name) throws IOException {
    String line = host.inside("ip", "-o", "link", "show", "dev", name);
    return Integer.parseInt(line.substring(0, line.indexOf(':')));
  }

  private static String macOf(String name) throws IOException {
    String line = TestInterfaces.ip("-n", net, "-o", "link", "show", "dev", name);
    return line.replaceAll("(?s).*link/ether ([0-9a-f:]{17}) .*", "$1");
  }
}
