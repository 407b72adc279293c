package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PortSelector;
import io.tern.embedded.port.UdpFrame;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientNatTest {
  private static final Endpoint VIP = Endpoint.of("192.0.2.10", 443);

  private final BlockingQueue<UdpFrame> toSwitch = new LinkedBlockingQueue<>();
  private PortSelector selector;
  private ClientNat nat;
  private DatagramSocket client;

  @BeforeEach
  void setUp() throws Exception {
    selector = PortSelector.start("test nat");
    nat = new ClientNat(selector, 1);
    nat.start((frame, offset, length) -> toSwitch.add(UdpFrame.decode(frame, offset, length)));
    client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    client.setSoTimeout(5_000);
  }

  @AfterEach
  void tearDown() {
    nat.close();
    client.close();
    selector.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.10", "2001:db8:10::10"})
  void aDatagramOfTheClientLeavesFromAPublicAddressToTheVip(String vip) throws Exception {
    AccessNetwork.Line line = nat.connect(Endpoint.of(vip, 443));
    UdpFrame frame = send(line, 1, 2, 3);

    assertThat(frame.payload()).containsExactly(1, 2, 3);
    assertThat(frame.destination())
        .isEqualTo(new InetSocketAddress(Endpoint.parseAddress(vip), 443));
    assertThat(frame.source().getAddress().isLoopbackAddress()).isFalse();
  }

  @Test
  void whatComesBackToThePublicAddressReachesTheClient() throws Exception {
    UdpFrame sent = send(nat.connect(VIP), 1);
    fromVip(sent.source(), 7, 8);

    assertThat(receive()).containsExactly(7, 8);
  }

  @Test
  void aReboundClientHasTheSameAddressAndAnotherPort() throws Exception {
    AccessNetwork.Line line = nat.connect(VIP);
    UdpFrame before = send(line, 1);
    line.rebind();
    UdpFrame after = send(line, 1);

    assertThat(after.source().getAddress()).isEqualTo(before.source().getAddress());
    assertThat(after.source().getPort()).isNotEqualTo(before.source().getPort());
  }

  @Test
  void aReplacedMappingIsForgotten() throws Exception {
    AccessNetwork.Line line = nat.connect(VIP);
    UdpFrame before = send(line, 1);
    line.rebind();
    UdpFrame after = send(line, 1);

    fromVip(before.source(), 1);
    fromVip(after.source(), 2);

    assertThat(receive()).containsExactly(2);
    assertThat(nat.unmapped()).isEqualTo(1);
  }

  @Test
  void aClientThatChangesItsNetworkGetsAnotherMapping() throws Exception {
    AccessNetwork.Line line = nat.connect(VIP);
    UdpFrame before = send(line, 1);
    line.changeNetwork();
    UdpFrame after = send(line, 1);

    assertThat(after.source()).isNotEqualTo(before.source());
  }

  @Test
  void onlyTheVipItselfGetsThroughToTheClient() throws Exception {
    UdpFrame sent = send(nat.connect(VIP), 1);
    InetSocketAddress stranger = new InetSocketAddress("192.0.2.99", 443);
    byte[] frame = new UdpFrame(1, 2, stranger, sent.source(), new byte[] {6}).encode();
    nat.transmit(frame, 0, frame.length);
    fromVip(sent.source(), 2);

    assertThat(receive()).containsExactly(2);
  }

  private UdpFrame send(AccessNetwork.Line line, int... octets) throws Exception {
    byte[] payload = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      payload[i] = (byte) octets[i];
    }
    client.send(new DatagramPacket(payload, payload.length, line.clientSide()));
    return toSwitch.poll(5, TimeUnit.SECONDS);
  }

  private void fromVip(InetSocketAddress to, int... octets) {
    byte[] payload = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      payload[i] = (byte) octets[i];
    }
    InetSocketAddress vip = new InetSocketAddress(VIP.address(), VIP.port());
    byte[] frame = new UdpFrame(1, 2, vip, to, payload).encode();
    nat.transmit(frame, 0, frame.length);
  }

  private byte[] receive() throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    client.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }
}
