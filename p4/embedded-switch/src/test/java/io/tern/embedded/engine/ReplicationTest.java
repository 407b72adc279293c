package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.embedded.bmv2.ProgramJson;
import io.tern.embedded.engine.DataPlane.Replica;
import io.tern.embedded.engine.Packets.Sent;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The first octet of a packet says what ingress does, the second what egress does; egress writes
 * instance type and replica ID into the third and fourth.
 */
class ReplicationTest {
  private static final String SPEC = field("standard_metadata", "egress_spec");

  private static ProgramJson program() {
    return new ProgramJson()
        .headerType("head_t", "ingress:8", "egress:8", "type:8", "rid:8", "kept:8")
        .header("head", "head_t")
        .headerType("extra_t", "octet:8")
        .header("extra", "extra_t")
        .headerType("meta_t", "kept:8", "lost:8")
        .metadata("meta", "meta_t")
        .add(
            "field_lists",
            "{'id':1,'name':'kept','elements':[{'type':'field','value':['meta','kept']}]}")
        .state("start", null, extract("head"))
        .action(
            "report",
            "",
            assign(field("head", "type"), field("standard_metadata", "instance_type")),
            assign(field("head", "rid"), field("standard_metadata", "egress_rid")),
            assign(field("head", "kept"), field("meta", "kept")));
  }

  /** Ingress runs {@code ingress} if the packet is new, egress {@code egress} likewise. */
  private static Packets packets(String ingress, String egress) {
    String once = field("standard_metadata", "instance_type");
    return Packets.through(
        program()
            .always("ingress", assign(SPEC, hex("1")), assign(field("meta", "kept"), hex("0x77")))
            .always(
                "ingress",
                call("_jump_if_zero", notNew(once), hex("2")),
                call("_jump", hex("3")),
                ingress)
            .table("egress", "report_table", "exact", "", "report")
            .always(
                "egress",
                call("_jump_if_zero", notNew(once), hex("2")),
                call("_jump", hex("3")),
                egress));
  }

  private static String notNew(String instanceType) {
    return instanceType;
  }

  private static final String NOTHING = call("no_op");

  @Test
  void packetGoesToThePortOfEgressSpec() {
    assertThat(packets(NOTHING, NOTHING).send(3, "0000000000ff"))
        .containsExactly(new Sent(1, "0000000077ff"));
  }

  @Test
  void portFiveHundredAndElevenDropsInIngressAndInEgress() {
    String drop = call("mark_to_drop", header("standard_metadata"));

    assertThat(packets(drop, NOTHING).send(3, "0000000000")).isEmpty();
    assertThat(packets(NOTHING, drop).send(3, "0000000000")).isEmpty();
  }

  @Test
  void groupGetsACopyForEachReplicaWithItsInstance() {
    Packets packets = packets(assign(field("standard_metadata", "mcast_grp"), hex("0x9")), NOTHING);

    assertThat(packets.send(3, "0000000000")).as("no such group").isEmpty();
    packets
        .dataPlane()
        .setMulticastGroup(9, List.of(new Replica(4, 1), new Replica(5, 2), new Replica(4, 3)));
    assertThat(packets.send(3, "0000000000aa"))
        .containsExactly(
            new Sent(4, "0000050177aa"), new Sent(5, "0000050277aa"), new Sent(4, "0000050377aa"));

    packets.dataPlane().deleteMulticastGroup(9);
    assertThat(packets.send(3, "0000000000")).isEmpty();
  }

  @Test
  void ingressCloneIsThePacketAsItCameWithTheFieldListKept() {
    String clone = call("clone_ingress_pkt_to_egress", hex("0x5"), hex("0x1"));
    Packets packets =
        Packets.through(
            program()
                .always(
                    "ingress",
                    assign(SPEC, hex("1")),
                    assign(field("meta", "kept"), hex("0x77")),
                    assign(field("head", "ingress"), hex("0xee")),
                    clone)
                .table("egress", "report_table", "exact", "", "report"));

    assertThat(packets.send(3, "0000000000")).as("no session").hasSize(1);
    packets.dataPlane().setCloneSession(5, List.of(new Replica(7, 6)), 0);
    assertThat(packets.send(3, "0000000000bb"))
        .containsExactly(new Sent(7, "0000010677bb"), new Sent(1, "ee00000077bb"));
  }

  @Test
  void ingressCloneIsParsedAsThePacketWasByItsLengthToo() {
    Packets packets =
        Packets.through(
            new ProgramJson()
                .headerType("head_t", "octet:8")
                .header("head", "head_t")
                .header("extra", "head_t")
                .select(
                    "start",
                    "{'type':'field','value':['standard_metadata','packet_length']}",
                    ProgramJson.transition("0x00000003", null, "three")
                        + ","
                        + "{'type':'default','value':null,'mask':null,'next_state':null}",
                    extract("head"))
                .state("three", null, extract("extra"))
                .always(
                    "ingress",
                    assign(SPEC, hex("1")),
                    call("clone_ingress_pkt_to_egress", hex("0x5"), hex("0x0")))
                .always("egress", call("remove_header", header("extra"))));
    packets.dataPlane().setCloneSession(5, List.of(new Replica(7, 0)), 0);

    assertThat(packets.send(3, "aabbcc")).containsExactly(new Sent(7, "aacc"), new Sent(1, "aacc"));
    assertThat(packets.send(3, "aabb")).containsExactly(new Sent(7, "aabb"), new Sent(1, "aabb"));
  }

  @Test
  void cloneIsCutToTheSessionsLength() {
    Packets packets = packets(call("clone_ingress_pkt_to_egress", hex("0x5"), hex("0x0")), NOTHING);
    packets.dataPlane().setCloneSession(5, List.of(new Replica(7, 0)), 6);

    assertThat(packets.send(3, "0000000000aabbcc"))
        .containsExactly(new Sent(7, "0000010000aa"), new Sent(1, "0000000077aabbcc"));
  }

  @Test
  void egressCloneIsThePacketAsEgressLeavesIt() {
    Packets packets = packets(NOTHING, call("clone_egress_pkt_to_egress", hex("0x5"), hex("0x1")));
    packets.dataPlane().setCloneSession(5, List.of(new Replica(7, 6)), 0);

    assertThat(packets.send(3, "0000000000dd"))
        .containsExactly(new Sent(1, "0000000077dd"), new Sent(7, "0000020677dd"));
  }

  @Test
  void resubmittedPacketStartsOverOnceAsItCame() {
    Packets packets = packets(call("resubmit", hex("0x1")), NOTHING);

    // Its instance type is lost at the end of ingress, as in simple_switch.
    assertThat(packets.send(3, "0000000000cc")).containsExactly(new Sent(1, "0000000077cc"));
  }

  @Test
  void recirculatedPacketStartsOverAsItWasDeparsed() {
    Packets packets =
        Packets.through(
            program()
                .always(
                    "ingress",
                    assign(SPEC, hex("1")),
                    assign(
                        field("head", "ingress"),
                        ProgramJson.op("+", field("head", "ingress"), hex("1"))),
                    assign(field("meta", "lost"), field("standard_metadata", "instance_type")))
                .always(
                    "egress",
                    call("_jump_if_zero", field("meta", "lost"), hex("2")),
                    call("_jump", hex("4")),
                    call("add_header", header("extra")),
                    call("recirculate", hex("0x1"))));

    assertThat(packets.send(3, "0500000000cc")).containsExactly(new Sent(1, "070000000000cc"));
  }

  @Test
  void packetThatRecirculatesForEverIsDroppedInTheEnd() {
    Packets packets =
        Packets.through(
            program()
                .always("ingress", assign(SPEC, hex("1")))
                .always("egress", call("recirculate", hex("0x1"))));

    assertThat(packets.send(3, "0000000000")).isEmpty();
  }

  @Test
  void truncatedPacketKeepsItsFirstOctets() {
    assertThat(packets(call("truncate", hex("0x6")), NOTHING).send(3, "0000000000aabbcc"))
        .containsExactly(new Sent(1, "0000000077aa"));
  }

  @Test
  void truncationIsForThePacketAloneNotForItsReplicasAndClones() {
    String mcast = assign(field("standard_metadata", "mcast_grp"), hex("0x9"));
    Packets replicas =
        Packets.through(
            program()
                .always("ingress", assign(SPEC, hex("1")), mcast, call("truncate", hex("0x6"))));
    replicas.dataPlane().setMulticastGroup(9, List.of(new Replica(4, 1)));
    assertThat(replicas.send(3, "0000000000aabbcc"))
        .containsExactly(new Sent(4, "0000000000aabbcc"));

    Packets clones =
        packets(
            call("truncate", hex("0x6")),
            call("clone_egress_pkt_to_egress", hex("0x5"), hex("0x1")));
    clones.dataPlane().setCloneSession(5, List.of(new Replica(7, 6)), 0);
    assertThat(clones.send(3, "0000000000aabbcc"))
        .containsExactly(new Sent(1, "0000000077aa"), new Sent(7, "0000020677aabbcc"));
  }

  @Test
  void packetLengthInEgressFollowsHeadersThatWereAdded() {
    Packets packets =
        Packets.through(
            program()
                .always("ingress", assign(SPEC, hex("1")), call("add_header", header("extra")))
                .always(
                    "egress",
                    assign(field("extra", "octet"), field("standard_metadata", "packet_length"))));

    assertThat(packets.send(3, "0000000000aabb")).containsExactly(new Sent(1, "000000000008aabb"));
  }

  @Test
  void exitEndsThePipelineAndNotThePacket() {
    Packets packets =
        Packets.through(
            program()
                .always("ingress", assign(SPEC, hex("1")), call("exit"))
                .always("ingress", assign(SPEC, hex("2")))
                .always("egress", assign(field("head", "type"), hex("0x99"))));

    assertThat(packets.send(3, "0000000000")).containsExactly(new Sent(1, "0000990000"));
  }

  @Test
  void failedAssertionDropsThePacketOnly() {
    Packets packets =
        packets(
            call("assert", ProgramJson.op("==", field("head", "ingress"), hex("0x1"))), NOTHING);

    assertThat(packets.send(3, "0000000000")).isEmpty();
    assertThat(packets.send(3, "0100000000")).hasSize(1);
  }

  @Test
  void refusesGroupsAndSessionsThatCannotBe() {
    DataPlane dataPlane = packets(NOTHING, NOTHING).dataPlane();

    assertThatThrownBy(() -> dataPlane.setMulticastGroup(0, List.of()))
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("multicast group 0 is not from 1 to 65535");
    assertThatThrownBy(() -> dataPlane.setCloneSession(1, List.of(new Replica(511, 0)), 0))
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("port 511");
    assertThatThrownBy(() -> dataPlane.deleteCloneSession(1))
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("no clone session 1");
  }

  @Test
  void sinkMayProcessAnotherPacketWhileItIsCalled() {
    DataPlane dataPlane = packets(NOTHING, NOTHING).dataPlane();
    byte[] frame = Packets.bytes("0000000000aa");
    List<String> seen = new java.util.ArrayList<>();

    dataPlane.process(
        1,
        frame,
        0,
        frame.length,
        (port, packet, offset, length) -> {
          seen.add("outer");
          dataPlane.process(2, frame, 0, 6, (p, b, o, l) -> seen.add("inner " + l));
        });

    assertThat(seen).containsExactly("outer", "inner 6");
  }
}
