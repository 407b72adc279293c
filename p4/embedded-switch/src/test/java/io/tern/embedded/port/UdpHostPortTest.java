package io.tern.embedded.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpHostPortTest {
  private static final long HOST = 0x020000000002L;
  private static final long GATEWAY = 0x0200000000feL;
  private static final InetSocketAddress VIP = new InetSocketAddress("192.0.2.10", 443);
  private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 40_000);
  private static final InetSocketAddress REBOUND = new InetSocketAddress("198.51.100.7", 40_001);

  private final BlockingQueue<UdpFrame> sentByHost = new LinkedBlockingQueue<>();
  private PortSelector selector;
  private DatagramSocket server;
  private UdpHostPort port;

  @BeforeEach
  void setUp() throws Exception {
    selector = PortSelector.start("test ports");
    server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    server.setSoTimeout(5_000);
    port = hostPort(UdpHostPort.DEFAULT_MAX_PEERS);
  }

  private UdpHostPort hostPort(int maxPeers) {
    UdpHostPort made =
        new UdpHostPort(
            selector,
            HOST,
            GATEWAY,
            Map.of(VIP, (InetSocketAddress) server.getLocalSocketAddress()),
            maxPeers);
    made.start((frame, offset, length) -> sentByHost.add(UdpFrame.decode(frame, offset, length)));
    return made;
  }

  @AfterEach
  void tearDown() {
    port.close();
    server.close();
    selector.close();
  }

  @Test
  void theServersAnswerLeavesFromTheAddressThatThePeerSpokeTo() throws Exception {
    toHost(port, HOST, PEER, VIP, "hello");
    DatagramPacket received = receive();
    answer(received, "hi there");

    UdpFrame frame = sentByHost.poll(5, TimeUnit.SECONDS);
    assertThat(new String(frame.payload(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("hi there");
    assertThat(frame.source()).isEqualTo(VIP);
    assertThat(frame.destination()).isEqualTo(PEER);
    assertThat(frame.sourceMac()).isEqualTo(HOST);
    assertThat(frame.destinationMac()).isEqualTo(GATEWAY);
  }

  @Test
  void theServerSeesAnotherPeerWhenTheRealOneIsRebound() throws Exception {
    toHost(port, HOST, PEER, VIP, "before");
    InetSocketAddress before = (InetSocketAddress) receive().getSocketAddress();
    toHost(port, HOST, PEER, VIP, "still before");
    InetSocketAddress stillBefore = (InetSocketAddress) receive().getSocketAddress();
    toHost(port, HOST, REBOUND, VIP, "after");
    InetSocketAddress after = (InetSocketAddress) receive().getSocketAddress();

    assertThat(stillBefore).isEqualTo(before);
    assertThat(after).isNotEqualTo(before);
  }

  @Test
  void framesForOthersAreIgnoredAndCounted() {
    toHost(port, HOST + 1, PEER, VIP, "another host's MAC address");
    toHost(port, HOST, PEER, new InetSocketAddress("192.0.2.10", 444), "no such service");
    port.transmit(new byte[] {1, 2, 3}, 0, 3);

    assertThat(port.ignored()).isEqualTo(3);
  }

  @Test
  void thePeerThatWasSilentLongestLosesItsSocketWhenThereAreTooMany() throws Exception {
    UdpHostPort small = hostPort(1);
    toHost(small, HOST, PEER, VIP, "first");
    DatagramPacket first = receive();
    toHost(small, HOST, REBOUND, VIP, "second");
    DatagramPacket second = receive();

    answer(first, "to a socket that is gone");
    answer(second, "to the one that is left");

    assertThat(sentByHost.poll(5, TimeUnit.SECONDS).destination()).isEqualTo(REBOUND);
    small.close();
  }

  @Test
  void aClosedPortSendsNothing() {
    port.close();
    toHost(port, HOST, PEER, VIP, "too late");
    assertThat(port.ignored()).isEqualTo(1);
  }

  private static void toHost(
      UdpHostPort port, long mac, InetSocketAddress from, InetSocketAddress to, String text) {
    byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] frame = new UdpFrame(mac, GATEWAY, from, to, payload).encode();
    port.transmit(frame, 0, frame.length);
  }

  private DatagramPacket receive() throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
    server.receive(packet);
    return packet;
  }

  private void answer(DatagramPacket to, String text) throws Exception {
    byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    server.send(new DatagramPacket(payload, payload.length, to.getSocketAddress()));
  }
}
