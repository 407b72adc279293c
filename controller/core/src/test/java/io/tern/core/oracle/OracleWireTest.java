package io.tern.core.oracle;

import static io.tern.core.intent.IntentFixtures.T0;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.ServerId;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is a VIP's packet, whatever is wrapped around its UDP header. */
class OracleWireTest {
  private static final String SEGMENTS_LEFT_NONE = "000400" + "00000000";
  private static final String ATOMIC = "00" + "0000" + "12345678";
  private static final String OPTIONS = "00" + "010400000000";
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION_OPTIONS = 60;

  /** CIDs of codepoint 2 have 8 octets, 3 of them the SID. */
  private final History history =
      new History()
          .leaf()
          .pool("web", 512)
          .vip("v4", "192.0.2.1", 443, "web")
          .vip("v6", "2001:db8::1", 443, "web")
          .backend("web", "a", 1)
          .backend("web", "b", 2)
          .plaintext("web", 2, 3);

  private final Frames v4 = Frames.udp("203.0.113.9", 50000, "192.0.2.1", 443).quicShort(cid("a"));
  private final Frames v6 =
      Frames.udp("2001:db8:9::9", 50000, "2001:db8::1", 443).quicShort(cid("a"));

  private Decision route(Frames frames) {
    return Oracle.of(history.intent(), "leaf").route(1, frames.frame());
  }

  private Reason reason(Frames frames) {
    return route(frames).reason();
  }

  private String cid(String id) {
    int space = history.intent().cidConfigs().get(new CidConfigKey("web", 2)).sidSpace();
    ServerId sid =
        history.intent().backends().get(new BackendKey("web", id)).serverIds().get(space);
    return "40" + sid + "01020304";
  }

  private int number(String id) {
    return history.intent().backends().get(new BackendKey("web", id)).number();
  }

  @Nested
  class Vlan {
    @Test
    void oneOrTwoTagsAreKept() {
      for (String tags : new String[] {"81000064", "88a8000a" + "81000064", "8100000a81000064"}) {
        Decision decision = route(v4.tags(tags));
        assertThat(decision.reason()).as(tags).isEqualTo(Reason.ROUTED_BY_CID);
        assertThat(decision.outputs().get(0).frame().toString().substring(24)).startsWith(tags);
      }
      assertThat(reason(v6.tags("81000064"))).isEqualTo(Reason.ROUTED_BY_CID);
    }

    @Test
    void moreTagsAndTagsInAnotherOrderAreNoVips() {
      assertThat(reason(v4.tags("81000001".repeat(3)))).isEqualTo(Reason.NOT_VIP);
      assertThat(reason(v4.tags("81000001" + "88a80001"))).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void aTagThatIsCutIsMalformed() {
      byte[] octets = v4.tags("81000064").octets();
      for (int length = 14; length < 18; length++) {
        Decision decision =
            Oracle.of(history.intent(), "leaf").route(1, Frame.of(Arrays.copyOf(octets, length)));
        assertThat(decision.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(decision.isDrop()).isFalse();
      }
    }
  }

  @Nested
  class Ipv6Extensions {
    @Test
    void optionsFinishedRoutingAndAtomicFragmentsAreFollowed() {
      assertThat(reason(v6.extension(HOP_BY_HOP, OPTIONS))).isEqualTo(Reason.ROUTED_BY_CID);
      assertThat(
              reason(
                  v6.extension(HOP_BY_HOP, OPTIONS)
                      .extension(ROUTING, SEGMENTS_LEFT_NONE)
                      .extension(DESTINATION_OPTIONS, OPTIONS)
                      .extension(FRAGMENT, ATOMIC)))
          .isEqualTo(Reason.ROUTED_BY_CID);
    }

    @Test
    void aFifthHeaderIsNotFollowed() {
      Frames frames = v6;
      for (int i = 0; i < 5; i++) {
        frames = frames.extension(DESTINATION_OPTIONS, OPTIONS);
      }
      assertThat(reason(frames)).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void withSegmentsLeftThePacketIsSomebodyElses() {
      assertThat(reason(v6.extension(ROUTING, "000401" + "00000000"))).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void realFragmentsPass() {
      assertThat(reason(v6.extension(FRAGMENT, "00" + "0001" + "12345678")))
          .isEqualTo(Reason.FRAGMENT);
      assertThat(reason(v6.extension(FRAGMENT, "00" + "0008" + "12345678")))
          .isEqualTo(Reason.FRAGMENT);
    }

    @Test
    void reservedBitsOfAFragmentHeaderAreIgnored() {
      assertThat(reason(v6.extension(FRAGMENT, "ff" + "0006" + "12345678")))
          .isEqualTo(Reason.ROUTED_BY_CID);
    }

    @Test
    void aHeaderBeyondThePayloadIsMalformed() {
      assertThat(reason(v6.extension(DESTINATION_OPTIONS, "ff" + "010400000000")))
          .isEqualTo(Reason.MALFORMED);
    }
  }

  @Nested
  class Neighbours {
    @Test
    void arpAndNdpPassByL2() {
      Frame arp = Frame.parse("ffffffffffff0200000000c10806" + "00".repeat(28));
      assertThat(Oracle.of(history.intent(), "leaf").route(1, arp).reason())
          .isEqualTo(Reason.NEIGHBOUR);
      for (int type = 133; type <= 137; type++) {
        assertThat(
                reason(
                    Frames.icmp(
                        "2001:db8:9::9",
                        "2001:db8::1",
                        "%02x000000".formatted(type) + "00".repeat(20))))
            .isEqualTo(Reason.NEIGHBOUR);
      }
    }
  }

  @Nested
  class IcmpErrors {
    private static final int UNREACHABLE = 3;
    private static final int PACKET_TOO_BIG = 2;

    /** About what the VIP has sent to a client. */
    private Frames error4(Frames about) {
      return Frames.icmpError("198.18.0.1", "192.0.2.1", UNREACHABLE, about.ipPacket());
    }

    private final Frames sent4 = Frames.udp("192.0.2.1", 443, "203.0.113.9", 50000);
    private final Frames sent6 = Frames.udp("2001:db8::1", 443, "2001:db8:9::9", 50000);

    @Test
    void theQuotedSourceCidRoutes() {
      for (String id : new String[] {"a", "b"}) {
        Decision decision = route(error4(sent4.quicLong(1, "aabbccdd", cid(id))));
        assertThat(decision.reason()).isEqualTo(Reason.ICMP_BY_CID);
        assertThat(decision.backend()).hasValue(number(id));
        Frames about = sent6.quicLong(1, "", cid(id));
        decision =
            route(
                Frames.icmpError(
                    "2001:db8:ffff::1", "2001:db8::1", PACKET_TOO_BIG, about.ipPacket()));
        assertThat(decision.reason()).isEqualTo(Reason.ICMP_BY_CID);
        assertThat(decision.backend()).hasValue(number(id));
      }
    }

    @Test
    void otherwiseItGoesWhereTheClientsPacketsGo() {
      for (int port = 50_000; port < 50_040; port++) {
        Frames sent = Frames.udp("192.0.2.1", 443, "203.0.113.9", port).quicShort("aabbccdd");
        Frames received = Frames.udp("203.0.113.9", port, "192.0.2.1", 443).quicLong("e0");
        Decision decision = route(error4(sent));
        assertThat(decision.reason()).isEqualTo(Reason.ICMP_FALLBACK);
        assertThat(decision.backend()).isEqualTo(route(received).backend());
      }
    }

    @Test
    void aQuotationThatIsCutBeforeTheSourceCidTakesTheFallback() {
      byte[] about = sent4.quicLong(1, "aabbccdd", cid("a")).ipPacket();
      int scidEnd = 20 + 8 + 6 + 4 + 1 + 8;
      for (int length = 28; length < about.length; length++) {
        Frames error =
            Frames.icmpError("198.18.0.1", "192.0.2.1", UNREACHABLE, Arrays.copyOf(about, length));
        assertThat(reason(error))
            .as("%s octets are quoted", length)
            .isEqualTo(length < scidEnd ? Reason.ICMP_FALLBACK : Reason.ICMP_BY_CID);
      }
    }

    @Test
    void anErrorAboutSomebodyElsesPacketIsNoVips() {
      Frames foreign = Frames.udp("192.0.2.77", 443, "203.0.113.9", 50000);
      assertThat(reason(error4(foreign.quicLong(1, "", cid("a"))))).isEqualTo(Reason.NOT_VIP);
    }

    @Test
    void allBackendsGetItWhereThePoolWantsThat() {
      history.apply(
          i ->
              IntentChanges.updatePool(
                  i, "web", PoolOptions.DEFAULT.withReplicateIcmpErrors(true)));
      Decision decision = route(error4(sent4.quicShort("aabbccdd")));
      assertThat(decision.reason()).isEqualTo(Reason.ICMP_REPLICATED);
      assertThat(decision.outputs()).extracting(Decision.Output::port).containsExactly(11, 12);
      assertThat(reason(error4(sent4.quicLong(1, "", cid("a"))))).isEqualTo(Reason.ICMP_BY_CID);
    }
  }

  @Nested
  class Echo {
    @Test
    void aVipsAddressAnswersOutOfTheSamePort() {
      Frames request = Frames.echoRequest("203.0.113.9", "192.0.2.1");
      Decision decision = route(request.ttl(1));
      assertThat(decision.reason()).isEqualTo(Reason.ICMP_ECHO);
      assertThat(decision.outputs()).extracting(Decision.Output::port).containsExactly(1);
      ByteBuffer reply = ByteBuffer.wrap(decision.outputs().get(0).frame().toByteArray());
      assertThat(reply.getInt(26)).isEqualTo(0xc0000201);
      assertThat(reply.get(22)).as("TTL").isEqualTo((byte) 64);
      assertThat(reply.get(34)).as("type").isEqualTo((byte) 0);
      assertThat(Frames.checksum(reply, 14, 20)).isZero();
      assertThat(InternetChecksum.of(Arrays.copyOfRange(reply.array(), 34, 52)))
          .as("of 17 octets and one of padding")
          .isZero();
    }

    @Test
    void otherAddressesAndSteerOnlyVipsPass() {
      assertThat(reason(Frames.echoRequest("203.0.113.9", "192.0.2.9"))).isEqualTo(Reason.NOT_VIP);
      history.apply(
          i ->
              IntentChanges.createVip(
                  i, new Vip("s", Endpoint.of("192.0.2.7", 443), "web", true, T0)));
      assertThat(reason(Frames.echoRequest("203.0.113.9", "192.0.2.7"))).isEqualTo(Reason.NOT_VIP);
    }
  }

  @Test
  void copiesAreMadeForTheReasonsThatTheDeviceHasThemFor() {
    history.apply(
        i ->
            IntentChanges.updateDevice(
                i,
                i.devices()
                    .get("leaf")
                    .withCopies(
                        Map.of(
                            Reason.NOT_QUIC, new CopyPolicy(10, 10, 0),
                            Reason.FRAGMENT, new CopyPolicy(10, 10, 7)))));
    assertThat(route(v4.payload("")).copy()).isEqualTo(Decision.Copy.ALWAYS);
    assertThat(route(v4.flagsAndOffset(1)).copy()).isEqualTo(Decision.Copy.MAYBE);
    assertThat(route(v4).copy()).isEqualTo(Decision.Copy.NEVER);
  }
}
