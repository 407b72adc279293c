package io.tern.core.oracle;

import static io.tern.core.intent.IntentFixtures.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.ConnectionId;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OracleTest {
  /** Clear text, SID of 3 octets, nonce of 4; CIDs of codepoint 2 have 8 octets. */
  private final History history =
      new History()
          .leaf()
          .pool("web", 512)
          .vip("v4", "192.0.2.1", 443, "web")
          .vip("v6", "2001:db8::1", 443, "web")
          .backend("web", "a", 1)
          .backend("web", "b", 2)
          .plaintext("web", 2, 3);

  private final Frames v4 = Frames.udp("203.0.113.9", 50000, "192.0.2.1", 443);
  private final Frames v6 = Frames.udp("2001:db8:9::9", 50000, "2001:db8::1", 443);

  private Decision route(Frames frames) {
    return route(frames.frame());
  }

  private Decision route(Frame frame) {
    return Oracle.of(history.intent(), "leaf").route(1, frame);
  }

  private Reason reason(Frames frames) {
    return route(frames).reason();
  }

  private Backend backend(String id) {
    return history.intent().backends().get(new BackendKey("web", id));
  }

  /** A CID that backend {@code id} issues with codepoint 2. */
  private String cid(String id) {
    return "40" + sid(id) + "01020304";
  }

  private ServerId sid(String id) {
    CidConfig config = history.intent().cidConfigs().get(new CidConfigKey("web", 2));
    return backend(id).serverIds().get(config.sidSpace());
  }

  private void assertRoutedByCid(Frames frames, String id) {
    Decision decision = route(frames);
    assertThat(decision.reason()).isEqualTo(Reason.ROUTED_BY_CID);
    assertThat(decision.backend()).hasValue(backend(id).number());
  }

  /** The one frame that leaves. */
  private Decision.Output sent(Frame frame) {
    List<Decision.Output> outputs = route(frame).outputs();
    assertThat(outputs).hasSize(1);
    return outputs.get(0);
  }

  private void assertDropped(Frames frames, Reason reason) {
    Decision decision = route(frames);
    assertThat(decision.reason()).isEqualTo(reason);
    assertThat(decision.outputs()).isEmpty();
  }

  private void assertPasses(Frames frames, Reason reason, int... ports) {
    Decision decision = route(frames);
    assertThat(decision.reason()).isEqualTo(reason);
    assertThat(decision.outputs())
        .isEqualTo(
            Arrays.stream(ports)
                .mapToObj(port -> new Decision.Output(port, frames.frame()))
                .toList());
  }

  private void assertFallback(Frames frames, Reason reason) {
    Decision decision = route(frames);
    assertThat(decision.reason()).isEqualTo(reason);
    assertThat(decision.backend()).isPresent();
  }

  @Nested
  class ByCid {
    @Test
    void shortAndLongHeadersOfBothFamiliesReachTheBackendThatTheCidNames() {
      for (String id : new String[] {"a", "b"}) {
        assertRoutedByCid(v4.quicShort(cid(id)), id);
        assertRoutedByCid(v4.quicLong(cid(id)), id);
        assertRoutedByCid(v6.quicShort(cid(id)), id);
        assertRoutedByCid(v6.quicLong(cid(id)), id);
      }
    }

    @Test
    void theClientsAddressDoesNotMatter() {
      for (int port = 1024; port < 1100; port++) {
        assertRoutedByCid(
            Frames.udp("198.18.0." + port % 256, port, "192.0.2.1", 443).quicShort(cid("b")), "b");
      }
    }

    @Test
    void versionTwoUnknownVersionsAndVersionNegotiationRouteLikeVersionOne() {
      for (int version : new int[] {0x6b3343cf, 0xff00001d, 0x0a1a2a3a, 0}) {
        assertRoutedByCid(v4.quicLong(version, cid("b")), "b");
      }
    }

    @Test
    void theLowFiveBitsOfTheFirstOctetDoNotMatter() {
      assertRoutedByCid(v4.quicShort("5f" + sid("a") + "01020304"), "a");
    }

    @Test
    void aLongerCidThanTheConfigurationIssuesIsRoutable() {
      assertRoutedByCid(v4.quicLong(cid("a") + "ffffffff"), "a");
    }

    @Test
    void aCidThatEndsWithThePayloadIsRoutable() {
      assertRoutedByCid(v4.payload("40" + cid("a")), "a");
      assertRoutedByCid(v4.payload("c000000001" + "08" + cid("a")), "a");
    }

    @Test
    void ipv4OptionsAndEthernetPaddingAreNoObstacle() {
      assertRoutedByCid(v4.options("01010101").quicShort(cid("a")), "a");
      assertRoutedByCid(v4.padding(7).quicShort(cid("a")), "a");
    }

    @Test
    void aDrainingBackendIsStillReached() {
      history.state("web", "a", Backend.State.DRAINING);
      assertRoutedByCid(v4.quicShort(cid("a")), "a");
    }

    @Test
    void anEncryptedCidIsReadWhereTheDeviceCan() {
      history.encrypted("web", 5, 8);
      CidConfig config = history.intent().cidConfigs().get(new CidConfigKey("web", 5));
      ConnectionId cid =
          new QuicLbCodec(config.quicLb())
              .encode(
                  backend("b").serverIds().get(config.sidSpace()),
                  Nonce.parse("0102030405060708"),
                  9);
      Frame frame = v4.quicShort(cid.toString()).frame();
      Decision decision =
          Oracle.of(history.intent(), "leaf", Set.of(CidAlgorithm.SINGLE_PASS)).route(1, frame);
      assertThat(decision.reason()).isEqualTo(Reason.ROUTED_BY_CID);
      assertThat(decision.backend()).hasValue(backend("b").number());
      assertThat(route(frame).reason()).isEqualTo(Reason.FALLBACK_UNKNOWN_CODEPOINT);
    }
  }

  @Nested
  class Rewriting {
    @Test
    void macAddressesTtlAndChecksumChangeAndNothingElse() {
      byte[] before = v4.quicShort(cid("a")).octets();
      Decision.Output forward = sent(Frame.of(before));
      byte[] after = forward.frame().toByteArray();
      ByteBuffer expected = ByteBuffer.wrap(before.clone());
      expected.put(0, new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, (byte) 0xfe});
      expected.put(22, (byte) 63);
      expected.putShort(24, (short) 0);
      expected.putShort(24, (short) Frames.checksum(expected, 14, 20));
      assertThat(after).isEqualTo(expected.array());
      assertThat(forward.port()).isEqualTo(11);
    }

    @Test
    void theChecksumIsRightForEveryTtl() {
      for (int ttl = 2; ttl <= 255; ttl++) {
        Decision.Output forward = sent(v4.ttl(ttl).quicShort(cid("a")).frame());
        ByteBuffer after = ByteBuffer.wrap(forward.frame().toByteArray());
        assertThat(Frames.checksum(after, 14, 20)).as("TTL %s", ttl).isZero();
      }
    }

    @Test
    void aWrongChecksumStaysWrong() {
      byte[] octets = v4.quicShort(cid("a")).octets();
      octets[24] ^= 0x11;
      Decision.Output forward = sent(Frame.of(octets));
      ByteBuffer after = ByteBuffer.wrap(forward.frame().toByteArray());
      assertThat(Frames.checksum(after, 14, 20)).isNotZero();
    }

    @Test
    void ipv6LosesOneOfItsHopLimit() {
      byte[] before = v6.quicShort(cid("a")).octets();
      byte[] after = sent(Frame.of(before)).frame().toByteArray();
      assertThat(after[21]).isEqualTo((byte) 63);
      assertThat(Arrays.copyOfRange(after, 22, after.length))
          .isEqualTo(Arrays.copyOfRange(before, 22, before.length));
    }

    @Test
    void aDeviceWithoutMacAddressLeavesTheSourceAlone() {
      history.apply(
          i ->
              IntentChanges.createDevice(
                  IntentChanges.deleteDevice(i, "leaf"),
                  new Device("leaf", "leaf:9559", 1, Optional.empty(), Map.of(), T0)));
      history.backend("web", "c", 3);
      Frames frames = v4.quicShort(cid("c"));
      byte[] after = sent(frames.frame()).frame().toByteArray();
      assertThat(Arrays.copyOfRange(after, 6, 12))
          .isEqualTo(Arrays.copyOfRange(frames.octets(), 6, 12));
    }

    @Test
    void aPacketAtTheEndOfItsTtlIsDropped() {
      for (int ttl : new int[] {0, 1}) {
        assertDropped(v4.ttl(ttl).quicShort(cid("a")), Reason.TTL_EXPIRED);
        assertDropped(v6.ttl(ttl).quicLong("e0"), Reason.TTL_EXPIRED);
      }
    }
  }

  @Nested
  class Fallback {
    @Test
    void whatTheReasonsMean() {
      assertFallback(v4.quicShort("00" + sid("a") + "01020304"), Reason.FALLBACK_UNKNOWN_CODEPOINT);
      assertFallback(v4.quicShort("e0" + sid("a") + "01020304"), Reason.FALLBACK_UNKNOWN_CODEPOINT);
      assertFallback(v4.quicLong("e0"), Reason.FALLBACK_UNKNOWN_CODEPOINT);
      assertFallback(v4.quicLong("40" + sid("a") + "010203"), Reason.FALLBACK_CID_TOO_SHORT);
      assertFallback(v4.quicLong(""), Reason.FALLBACK_CID_TOO_SHORT);
      assertFallback(v4.payload("40"), Reason.FALLBACK_CID_TOO_SHORT);
      assertFallback(v4.payload("40" + "40" + sid("a") + "010203"), Reason.FALLBACK_CID_TOO_SHORT);
      assertFallback(v4.quicShort("40" + unusedSid() + "01020304"), Reason.FALLBACK_UNKNOWN_SERVER);
      assertFallback(v4, Reason.NOT_QUIC);
      assertFallback(v4.payload("c0"), Reason.NOT_QUIC);
      assertFallback(v4.payload("c000000001"), Reason.NOT_QUIC);
      assertFallback(v4.payload("c000000001" + "08" + "40010203"), Reason.NOT_QUIC);
    }

    private String unusedSid() {
      for (int i = 0; ; i++) {
        ServerId candidate = ServerId.parse(String.format("%06x", i));
        if (!candidate.equals(sid("a")) && !candidate.equals(sid("b"))) {
          return candidate.toString();
        }
      }
    }

    @Test
    void theFourTupleDecidesAndTheCidDoesNot() {
      int moved = 0;
      for (int port = 1024; port < 1124; port++) {
        Frames tuple = Frames.udp("203.0.113.9", port, "192.0.2.1", 443);
        int backend = route(tuple.quicLong("e0aabbcc")).backend().orElseThrow();
        assertThat(route(tuple.quicLong("e1ddeeff")).backend()).hasValue(backend);
        assertThat(route(tuple).backend()).hasValue(backend);
        moved += backend == backend("a").number() ? 1 : 0;
      }
      assertThat(moved).isBetween(25, 75);
    }

    @Test
    void aDrainingOrDrainedBackendGetsNothingNew() {
      history.state("web", "a", Backend.State.DRAINING);
      for (int port = 1024; port < 1124; port++) {
        Frames tuple = Frames.udp("203.0.113.9", port, "192.0.2.1", 443);
        assertThat(route(tuple.quicLong("e0")).backend()).hasValue(backend("b").number());
      }
    }

    @Test
    void aDrainedBackendIsUnknown() {
      history.state("web", "a", Backend.State.DRAINED);
      assertFallback(v4.quicShort(cid("a")), Reason.FALLBACK_UNKNOWN_SERVER);
    }

    @Test
    void withoutActiveBackendThePacketIsDropped() {
      history.state("web", "a", Backend.State.DRAINING).state("web", "b", Backend.State.DRAINED);
      assertDropped(v4.quicLong("e0"), Reason.NO_FALLBACK);
      assertDropped(v4.ttl(1).quicLong("e0"), Reason.NO_FALLBACK);
    }

    @Test
    void aSteerOnlyVipKeepsWhatItCannotRoute() {
      history.apply(
          i ->
              IntentChanges.createVip(
                  i, new Vip("s", Endpoint.of("192.0.2.7", 443), "web", true, T0)));
      Frames steered = Frames.udp("203.0.113.9", 50000, "192.0.2.7", 443);
      assertRoutedByCid(steered.quicShort(cid("b")), "b");
      assertPasses(steered.quicLong("e0").toMac(0x02_00_00_00_00_c2L), Reason.STEER_LOCAL, 2);
    }
  }

  @Test
  void aRealServerKeepsWhatItCannotRouteOfAnyVip() {
    history.device("leaf", device -> device.withSteerOnly(true));
    assertRoutedByCid(v4.quicShort(cid("b")), "b");
    assertPasses(v4.quicLong("e0").toMac(0x02_00_00_00_00_c2L), Reason.STEER_LOCAL, 2);
  }

  @Nested
  class Passing {
    @Test
    void whatIsNoVipsPasses() {
      assertThat(reason(Frames.udp("203.0.113.9", 1, "192.0.2.1", 444))).isEqualTo(Reason.NOT_VIP);
      assertThat(reason(Frames.udp("203.0.113.9", 1, "192.0.2.2", 443))).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void tcpPasses() {
      byte[] octets = v4.quicShort(cid("a")).octets();
      octets[23] = 6;
      assertThat(route(Frame.of(octets)).reason()).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void fragmentsPassTheFirstOneToo() {
      byte[] first = v4.quicShort(cid("a")).octets();
      first[20] = 0x20;
      assertThat(route(Frame.of(first)).reason()).isEqualTo(Reason.FRAGMENT);
      byte[] last = v4.quicShort(cid("a")).octets();
      last[21] = 0x10;
      assertThat(route(Frame.of(last)).reason()).isEqualTo(Reason.FRAGMENT);
    }

    @Test
    void dontFragmentIsNoFragment() {
      byte[] octets = v4.quicShort(cid("a")).octets();
      octets[20] = 0x40;
      assertThat(route(Frame.of(octets)).reason()).isEqualTo(Reason.ROUTED_BY_CID);
    }

    @Test
    void lengthsThatLieAreMalformed() {
      assertMalformed(v4, 14, 0x55); // version 5
      assertMalformed(v4, 14, 0x44); // header of 16 octets
      assertMalformed(v4, 14, 0x4f); // header of 60 octets in a packet of 57
      assertMalformed(v4, 16, 0x10); // total length beyond the frame
      assertMalformed(v4, 39, 7); // UDP length below its header
      assertMalformed(v4, 38, 1); // UDP length beyond IP's
      assertMalformed(v6, 14, 0x45); // version 4
      assertMalformed(v6, 18, 0x10); // payload length beyond the frame
      assertMalformed(v6, 19, 7); // no room for a UDP header
      assertMalformed(v6, 58, 1); // UDP length beyond IP's
    }

    private void assertMalformed(Frames frames, int offset, int value) {
      byte[] octets = frames.quicShort(cid("a")).octets();
      octets[offset] = (byte) value;
      assertThat(route(Frame.of(octets)).reason())
          .as("octet %s is %s", offset, value)
          .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void truncatedFramesAreMalformedAndWithoutEthernetHeaderDropped() {
      for (Frames frames : new Frames[] {v4.quicShort(cid("a")), v6.quicShort(cid("a"))}) {
        byte[] whole = frames.octets();
        for (int length = 0; length < whole.length; length++) {
          Decision decision = route(Frame.of(Arrays.copyOf(whole, length)));
          assertThat(decision.reason()).as("%s octets", length).isEqualTo(Reason.MALFORMED);
          assertThat(decision.isDrop()).isEqualTo(length < 14);
        }
      }
    }

    @Test
    void stationsAreForwardedToAndTheRestIsFloodedButNotBack() {
      assertPasses(
          Frames.udp("203.0.113.9", 1, "192.0.2.9", 1).toMac(0x0200000000c2L), Reason.NOT_VIP, 2);
      assertPasses(Frames.udp("203.0.113.9", 1, "192.0.2.9", 1), Reason.NOT_VIP, 2, 11, 12);
    }

    @Test
    void aVipWhoseBackendsTheDeviceDoesNotReachPasses() {
      history.pool("far", 128).vip("far", "192.0.2.8", 443, "far").backend("far", "x", 7, Map.of());
      assertThat(reason(Frames.udp("203.0.113.9", 1, "192.0.2.8", 443).quicLong("e0")))
          .isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void randomOctetsAlwaysHaveADecision() {
      Random random = new Random(11);
      Oracle oracle = Oracle.of(history.intent(), "leaf");
      byte[] whole = v4.quicLong(cid("a")).octets();
      for (int i = 0; i < 20_000; i++) {
        byte[] octets = Arrays.copyOf(whole, random.nextInt(whole.length + 20));
        for (int flips = random.nextInt(6); flips > 0 && octets.length > 0; flips--) {
          octets[random.nextInt(octets.length)] = (byte) random.nextInt();
        }
        assertThat(oracle.route(1, Frame.of(octets))).isNotNull();
      }
    }
  }

  @Test
  void theControllersPortIsNoDataPort() {
    assertThatThrownBy(() -> Oracle.of(history.intent(), "leaf").route(255, v4.frame()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ingress port is 255; it must be 0 to 510 and not 255");
  }

  @Test
  void aDeviceThatTheIntentDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> Oracle.of(Intent.EMPTY, "nope"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the intent of revision 0 has no device nope");
  }
}
