package io.tern.core.oracle;

import static io.tern.core.intent.IntentFixtures.T0;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.ServerId;
import io.tern.core.intent.Backend.NextHop;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.PoolOptions;
import io.tern.p4.contract.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a backend gets, by each way of forwarding. */
class OracleForwardingTest {
  private static final int DSCP_AND_ECN = 0xb9;
  private static final String BACKEND_V4 = "198.51.100.7";
  private static final String BACKEND_V6 = "2001:db8:b::7";

  private History pool(Forwarding forwarding, String backend) {
    return new History()
        .leaf()
        .apply(
            i ->
                IntentChanges.updateDevice(
                    i,
                    i.devices()
                        .get("leaf")
                        .withTunnelSources(
                            Optional.of(Endpoint.parseAddress("198.18.255.0")),
                            Optional.of(Endpoint.parseAddress("2001:db8:ffff::")))))
        .pool("web", 128)
        .apply(
            i -> IntentChanges.updatePool(i, "web", PoolOptions.DEFAULT.withForwarding(forwarding)))
        .apply(
            i ->
                IntentChanges.createBackend(
                    i,
                    new BackendSpec(
                        "web",
                        "a",
                        Endpoint.of(backend, 4433),
                        new NextHop(IntentFixtures.mac(7), Map.of("leaf", 17)),
                        100,
                        T0)))
        .plaintext("web", 2, 3);
  }

  private static Frames toVip(boolean v6) {
    Frames frames =
        v6
            ? Frames.udp("2001:db8:9::9", 50000, "2001:db8::1", 443)
            : Frames.udp("203.0.113.9", 50000, "192.0.2.1", 443);
    return frames.trafficClass(DSCP_AND_ECN).quicLong("e0aabbcc").checksummed();
  }

  private static History withVip(History history, boolean v6) {
    return history.vip("vip", v6 ? "2001:db8::1" : "192.0.2.1", 443, "web");
  }

  private static byte[] sent(History history, Frames frames) {
    Decision decision = Oracle.of(history.intent(), "leaf").route(1, frames.frame());
    assertThat(decision.outputs()).hasSize(1);
    return decision.outputs().get(0).frame().toByteArray();
  }

  /** The IP packet with one hop less, as the tunnel carries it. */
  private static byte[] inner(Frames frames) {
    return frames.ttl(63).ipPacket();
  }

  private static int hash(Frames frames) {
    return ((Packet.Udp) PacketParser.parse(frames.frame())).tuple().hash();
  }

  @Test
  void ipInIpCarriesEitherFamilyInEither() {
    for (boolean v6 : new boolean[] {false, true}) {
      Frames frames = toVip(v6);
      byte[] inV4 = sent(withVip(pool(new Forwarding.IpIp(0x00ff), BACKEND_V4), v6), frames);
      ByteBuffer outer = ByteBuffer.wrap(inV4);
      assertThat(outer.getShort(12)).isEqualTo((short) 0x0800);
      assertThat(outer.get(15)).as("DSCP and ECN").isEqualTo((byte) DSCP_AND_ECN);
      assertThat(outer.getShort(16)).isEqualTo((short) (inV4.length - 14));
      assertThat(outer.getInt(18)).as("identification 0, DF").isEqualTo(0x00004000);
      assertThat(outer.getShort(22)).isEqualTo((short) (64 << 8 | (v6 ? 41 : 4)));
      assertThat(Frames.checksum(outer, 14, 20)).isZero();
      assertThat(outer.getInt(26)).isEqualTo(0xc612ff00 | (hash(frames) >>> 16 & 0x00ff));
      assertThat(outer.getInt(30)).isEqualTo(0xc6336407);
      assertThat(Arrays.copyOfRange(inV4, 34, inV4.length)).isEqualTo(inner(frames));

      byte[] inV6 = sent(withVip(pool(new Forwarding.IpIp(0), BACKEND_V6), v6), frames);
      outer = ByteBuffer.wrap(inV6);
      assertThat(outer.getShort(12)).isEqualTo((short) 0x86dd);
      assertThat(outer.getInt(14)).isEqualTo(0x60000000 | DSCP_AND_ECN << 20 | hash(frames) >>> 12);
      assertThat(outer.getShort(18)).isEqualTo((short) (inV6.length - 54));
      assertThat(outer.getShort(20)).isEqualTo((short) ((v6 ? 41 : 4) << 8 | 64));
      assertThat(Arrays.copyOfRange(inV6, 54, inV6.length)).isEqualTo(inner(frames));
    }
  }

  @Test
  void gueHasAnOuterPortThatVariesWithTheFlow() {
    Frames frames = toVip(false);
    byte[] out = sent(withVip(pool(new Forwarding.Gue(6080), BACKEND_V4), false), frames);
    ByteBuffer outer = ByteBuffer.wrap(out);
    assertThat(outer.get(23)).isEqualTo((byte) 17);
    assertThat(outer.getShort(34) & 0xffff).isEqualTo(0xc000 | hash(frames) >>> 18);
    assertThat(outer.getShort(36)).isEqualTo((short) 6080);
    assertThat(outer.getShort(38)).isEqualTo((short) (out.length - 34));
    assertThat(outer.getShort(40)).as("no checksum").isZero();
    assertThat(Arrays.copyOfRange(out, 42, out.length)).isEqualTo(inner(frames));
  }

  @Test
  void aTunnelLeavesTagsInFront() {
    Frames frames = toVip(false).tags("88a8000a" + "81000064");
    byte[] out = sent(withVip(pool(new Forwarding.IpIp(0), BACKEND_V6), false), frames);
    assertThat(Frame.of(out).toString().substring(24, 44)).isEqualTo("88a8000a" + "8100006486dd");
  }

  @Test
  void withoutTunnelSourceThePoolIsNotServed() {
    History history = withVip(pool(new Forwarding.IpIp(0), BACKEND_V6), false);
    history.apply(
        i ->
            IntentChanges.updateDevice(
                i,
                i.devices()
                    .get("leaf")
                    .withTunnelSources(
                        Optional.of(Endpoint.parseAddress("198.18.255.0")), Optional.empty())));
    assertThat(Oracle.of(history.intent(), "leaf").route(1, toVip(false).frame()).reason())
        .isEqualTo(Reason.NOT_VIP);
  }

  @Test
  void natIsAsIfTheClientHadSentItToTheBackend() {
    for (boolean v6 : new boolean[] {false, true}) {
      String backend = v6 ? BACKEND_V6 : BACKEND_V4;
      History history = withVip(pool(new Forwarding.Nat(), backend), v6);
      Frames translated =
          Frames.udp(v6 ? "2001:db8:9::9" : "203.0.113.9", 50000, backend, 4433)
              .trafficClass(DSCP_AND_ECN)
              .ttl(63)
              .quicLong("e0aabbcc");
      assertThat(ip(sent(history, toVip(v6)))).isEqualTo(translated.checksummed().ipPacket());
      // RFC 768: no checksum stays none.
      Frames unchecked = v6 ? Frames.udp("2001:db8:9::9", 50000, "2001:db8::1", 443) : plainV4();
      assertThat(ip(sent(history, unchecked.trafficClass(DSCP_AND_ECN).quicLong("e0aabbcc"))))
          .isEqualTo(translated.ipPacket());
    }
  }

  private static Frames plainV4() {
    return Frames.udp("203.0.113.9", 50000, "192.0.2.1", 443);
  }

  @Test
  void whatABackendBehindNatAnswersComesFromItsVip() {
    History history = withVip(pool(new Forwarding.Nat(), BACKEND_V4), false);
    Frames answer = Frames.udp(BACKEND_V4, 4433, "203.0.113.9", 50000).quicShort("aabb");
    Decision decision = Oracle.of(history.intent(), "leaf").route(17, answer.checksummed().frame());
    assertThat(decision.reason()).isEqualTo(Reason.RETURN_PATH);
    assertThat(decision.outputs()).extracting(Decision.Output::port).containsExactly(1, 2);
    assertThat(ip(decision.outputs().get(0).frame().toByteArray()))
        .isEqualTo(
            Frames.udp("192.0.2.1", 443, "203.0.113.9", 50000)
                .quicShort("aabb")
                .checksummed()
                .ipPacket());
  }

  @Test
  void natTranslatesWhatAnIcmpErrorQuotes() {
    for (boolean v6 : new boolean[] {false, true}) {
      String vip = v6 ? "2001:db8::1" : "192.0.2.1";
      String client = v6 ? "2001:db8:9::9" : "203.0.113.9";
      String router = v6 ? "2001:db8:ffff::1" : "198.18.0.1";
      String backend = v6 ? BACKEND_V6 : BACKEND_V4;
      int type = v6 ? 1 : 3;
      History history = withVip(pool(new Forwarding.Nat(), backend), v6);
      String payload = "c0000000010400000000" + "08" + cid(history);
      Frames aboutVip = Frames.udp(vip, 443, client, 50000).payload(payload);
      Frames aboutBackend = Frames.udp(backend, 4433, client, 50000).payload(payload);
      Frames error = Frames.icmpError(router, vip, type, aboutVip.ipPacket());
      assertThat(ip(sent(history, error)))
          .isEqualTo(
              Frames.icmpError(router, backend, type, aboutBackend.ipPacket()).ttl(63).ipPacket());
    }
  }

  private static String cid(History history) {
    int space = history.intent().cidConfigs().get(new CidConfigKey("web", 2)).sidSpace();
    ServerId sid =
        history.intent().backends().get(new BackendKey("web", "a")).serverIds().get(space);
    return "40" + sid + "01020304";
  }

  private static byte[] ip(byte[] frame) {
    return Arrays.copyOfRange(frame, 14, frame.length);
  }
}
