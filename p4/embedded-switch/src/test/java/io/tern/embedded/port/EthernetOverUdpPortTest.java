package io.tern.embedded.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EthernetOverUdpPortTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private PortSelector selector;
  private DatagramSocket host;
  private EthernetOverUdpPort port;

  @BeforeEach
  void setUp() throws Exception {
    selector = PortSelector.start("test ports");
    host = new DatagramSocket(ANY_PORT);
    host.setSoTimeout(5_000);
    port =
        new EthernetOverUdpPort(
            selector, ANY_PORT, (InetSocketAddress) host.getLocalSocketAddress());
    port.start(
        (frame, offset, length) ->
            received.add(Arrays.copyOfRange(frame, offset, offset + length)));
  }

  @AfterEach
  void tearDown() {
    port.close();
    host.close();
    selector.close();
  }

  @Test
  void eachDatagramIsOneFrameBothWays() throws Exception {
    send(host, 1, 2, 3);
    assertThat(received.poll(5, TimeUnit.SECONDS)).containsExactly(1, 2, 3);

    port.transmit(new byte[] {9, 4, 5, 6, 9}, 1, 3);
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    host.receive(packet);
    assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).containsExactly(4, 5, 6);
  }

  @Test
  void aStrangersDatagramsAreIgnored() throws Exception {
    try (DatagramSocket stranger = new DatagramSocket(ANY_PORT)) {
      send(stranger, 6, 6, 6);
    }
    send(host, 1);
    assertThat(received.poll(5, TimeUnit.SECONDS)).containsExactly(1);
    assertThat(received).isEmpty();
  }

  @Test
  void anAddressThatIsTakenIsNamed() {
    InetSocketAddress taken = (InetSocketAddress) host.getLocalSocketAddress();
    EthernetOverUdpPort second = new EthernetOverUdpPort(selector, taken, ANY_PORT);
    assertThatThrownBy(() -> second.start((frame, offset, length) -> true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(taken.getPort()));
  }

  private void send(DatagramSocket from, int... octets) throws Exception {
    byte[] frame = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      frame[i] = (byte) octets[i];
    }
    from.send(new DatagramPacket(frame, frame.length, port.localAddress()));
  }
}
