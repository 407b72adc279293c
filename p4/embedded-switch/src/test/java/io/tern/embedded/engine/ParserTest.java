package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static io.tern.embedded.bmv2.ProgramJson.transition;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.ProgramJson;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the parser makes of a packet is reported in a header in front: error, and a mark. */
class ParserTest {
  private static final int NO_ERROR = 0;
  private static final int PACKET_TOO_SHORT = 1;
  private static final int STACK_OUT_OF_BOUNDS = 3;
  private static final int HEADER_TOO_SHORT = 4;
  private static final int PARSER_TIMEOUT = 5;
  private static final int PARSER_INVALID_ARGUMENT = 6;

  private static final String NEXT = call("extract", "{'type':'stack','value':'stack'}");

  /** Programs start here; ingress puts a report of two octets in front of what was parsed. */
  private static ProgramJson program() {
    return new ProgramJson()
        .headerType("report_t", "error:8", "mark:8")
        .header("report", "report_t")
        .headerType("meta_t", "mark:8")
        .metadata("meta", "meta_t");
  }

  private static Packets reporting(ProgramJson program) {
    return Packets.through(
        program.always(
            "ingress",
            call("add_header", header("report")),
            assign(field("report", "error"), field("standard_metadata", "parser_error")),
            assign(field("report", "mark"), field("meta", "mark"))));
  }

  private static String report(int error, int mark, String rest) {
    return String.format("%02x%02x%s", error, mark, rest.replace(" ", ""));
  }

  private static String mark(int value) {
    return call("set", field("meta", "mark"), hex("0x" + Integer.toHexString(value)));
  }

  @Test
  void extractsFieldsAcrossOctetBoundaries() {
    Packets packets =
        Packets.through(
            new ProgramJson()
                .headerType("odd_t", "a:3", "b:13", "c:70", "d:2")
                .header("odd", "odd_t")
                .state("start", null, extract("odd"))
                .always(
                    "ingress",
                    assign(field("odd", "b"), op("+", field("odd", "b"), hex("1"))),
                    assign(field("odd", "c"), op("+", field("odd", "c"), hex("1")))));

    assertThat(packets.sendForOne("e000 ffffffffffffffffff ee ff"))
        .isEqualTo("e001" + "000000000000000003" + "eeff");
  }

  @Test
  void headerThatIsNotThereInFullEndsParsingAndIngressGoesOn() {
    Packets packets =
        reporting(
            program()
                .headerType("four_t", "v:32")
                .header("first", "four_t")
                .header("second", "four_t")
                .state("start", "more", extract("first"), mark(1))
                .state("more", null, extract("second"), mark(2)));

    assertThat(packets.sendForOne("01020304 05060708 09"))
        .isEqualTo(report(NO_ERROR, 2, "010203040506070809"));
    assertThat(packets.sendForOne("01020304 050607"))
        .isEqualTo(report(PACKET_TOO_SHORT, 1, "01020304050607"));
    assertThat(packets.sendForOne("")).isEqualTo(report(PACKET_TOO_SHORT, 0, ""));
  }

  @Test
  void selectTakesTheFirstTransitionThatMatches() {
    Packets packets =
        reporting(
            program()
                .headerType("pair_t", "kind:12", "flag:4")
                .header("pair", "pair_t")
                .select(
                    "start",
                    field("pair", "kind") + "," + field("pair", "flag"),
                    transition("0x0abc05", null, "exact")
                        + ","
                        + transition("0x0a0000", "0x0f0000", "masked")
                        + ","
                        + transition("0xf00000", null, "never")
                        + ",{'type':'default','value':null,'mask':null,'next_state':'other'}",
                    extract("pair"))
                .state("exact", null, mark(1))
                .state("masked", null, mark(2))
                .state("never", null, mark(3))
                .state("other", null, mark(4)));

    assertThat(packets.sendForOne("abc5")).isEqualTo(report(NO_ERROR, 1, "abc5"));
    assertThat(packets.sendForOne("abc6")).isEqualTo(report(NO_ERROR, 2, "abc6"));
    assertThat(packets.sendForOne("bbc5")).isEqualTo(report(NO_ERROR, 4, "bbc5"));
  }

  @Test
  void selectOnLookaheadReadsWithoutConsuming() {
    Packets packets =
        reporting(
            program()
                .select(
                    "start",
                    "{'type':'lookahead','value':[4,12]}",
                    transition("0x0234", null, "found"))
                .state("found", null, mark(7)));

    assertThat(packets.sendForOne("1234ff")).isEqualTo(report(NO_ERROR, 7, "1234ff"));
    assertThat(packets.sendForOne("1235ff")).isEqualTo(report(NO_ERROR, 0, "1235ff"));
    assertThat(packets.sendForOne("12")).isEqualTo(report(PACKET_TOO_SHORT, 0, "12"));
  }

  @Test
  void lookaheadIntoAFieldIsCutOrPaddedOnTheLeft() {
    Packets packets =
        Packets.through(
            new ProgramJson()
                .headerType("out_t", "narrow:8", "wide:128")
                .header("out", "out_t")
                .metadata("meta", "out_t")
                .state(
                    "start",
                    null,
                    call("set", field("meta", "narrow"), "{'type':'lookahead','value':[0,16]}"),
                    call("set", field("meta", "wide"), "{'type':'lookahead','value':[8,72]}"))
                .always(
                    "ingress",
                    call("add_header", header("out")),
                    assign(field("out", "narrow"), field("meta", "narrow")),
                    assign(field("out", "wide"), field("meta", "wide"))));

    assertThat(packets.sendForOne("0102030405060708090a"))
        .isEqualTo("02" + "000000000000000203040506070809" + "0a" + "0102030405060708090a");
  }

  @Test
  void variableFieldTakesItsLengthFromThePacket() {
    Packets packets =
        reporting(
            program()
                .headerType("length_t", "bits:16")
                .headerType("variable_t", 13, "before:8", "options:*", "after:8")
                .header("length", "length_t")
                .header("variable", "variable_t")
                .state(
                    "start",
                    null,
                    extract("length"),
                    call(
                        "extract_VL",
                        "{'type':'regular','value':'variable'}",
                        field("length", "bits")),
                    mark(1)));

    assertThat(packets.sendForOne("0058 aa 0102030405060708090a0b bb cc"))
        .isEqualTo(report(NO_ERROR, 1, "0058aa0102030405060708090a0bbbcc"));
    assertThat(packets.sendForOne("0000 aa bb cc")).isEqualTo(report(NO_ERROR, 1, "0000aabbcc"));
    assertThat(packets.sendForOne("0058 aa 01 bb"))
        .isEqualTo(report(PACKET_TOO_SHORT, 0, "0058aa01bb"));
    assertThat(packets.sendForOne("0060 aa 0102030405060708090a0b0c bb"))
        .isEqualTo(report(HEADER_TOO_SHORT, 0, "0060aa0102030405060708090a0b0cbb"));
    assertThat(packets.sendForOne("0007 aa bb"))
        .isEqualTo(report(PARSER_INVALID_ARGUMENT, 0, "0007aabb"));
  }

  @Test
  void stackFillsUpFromThePacketUntilItsEnd() {
    Packets packets =
        reporting(
            program()
                .headerType("label_t", "bottom:1", "value:7")
                .stack("stack", "label_t", 2)
                .select(
                    "start",
                    "{'type':'stack_field','value':['stack','bottom']}",
                    transition("0x00", null, "start") + "," + transition("0x01", null, "done"),
                    NEXT)
                .state("done", null, mark(9)));

    assertThat(packets.sendForOne("81 55")).isEqualTo(report(NO_ERROR, 9, "8155"));
    assertThat(packets.sendForOne("01 82 55")).isEqualTo(report(NO_ERROR, 9, "018255"));
    assertThat(packets.sendForOne("01 02 83")).isEqualTo(report(STACK_OUT_OF_BOUNDS, 0, "010283"));
  }

  @Test
  void verifySetsTheProgramsError() {
    Packets packets =
        reporting(
            program()
                .headerType("version_t", "version:8")
                .header("version", "version_t")
                .state(
                    "start",
                    null,
                    extract("version"),
                    call("verify", op("==", field("version", "version"), hex("4")), hex("0x9")),
                    mark(1)));

    assertThat(packets.sendForOne("04")).isEqualTo(report(NO_ERROR, 1, "04"));
    assertThat(packets.sendForOne("05")).isEqualTo(report(9, 0, "05"));
  }

  @Test
  void advanceSkipsWholeOctetsOnly() {
    Packets packets =
        reporting(
            program()
                .headerType("skip_t", "bits:8")
                .header("skip", "skip_t")
                .header("tail", "skip_t")
                .state(
                    "start",
                    null,
                    extract("skip"),
                    call("advance", field("skip", "bits")),
                    extract("tail"),
                    mark(1)));

    // What was skipped is gone; it belongs to no header.
    assertThat(packets.sendForOne("10 aaaa bb cc")).isEqualTo(report(NO_ERROR, 1, "10bbcc"));
    assertThat(packets.sendForOne("18 aaaa")).isEqualTo(report(PACKET_TOO_SHORT, 0, "18aaaa"));
    assertThat(packets.sendForOne("09 aaaa"))
        .isEqualTo(report(PARSER_INVALID_ARGUMENT, 0, "09aaaa"));
  }

  @Test
  void parserThatGoesRoundInCirclesTimesOut() {
    Packets packets = reporting(program().state("start", "start", mark(1)));

    assertThat(packets.sendForOne("aa")).isEqualTo(report(PARSER_TIMEOUT, 1, "aa"));
  }

  @Test
  void valueSetMatchesWhatTheControlPlanePutIn() {
    Packets packets =
        reporting(
            program()
                .headerType("pair_t", "a:4", "b:12")
                .header("pair", "pair_t")
                .add("parse_vsets", "{'name':'set','id':0,'compressed_bitwidth':16}")
                .select(
                    "start",
                    field("pair", "a") + "," + field("pair", "b"),
                    "{'type':'parse_vset','value':'set','mask':null,'next_state':'member'}",
                    extract("pair"))
                .state("member", null, mark(5)));

    assertThat(packets.sendForOne("1234")).isEqualTo(report(NO_ERROR, 0, "1234"));
    packets.dataPlane().setValueSet("set", List.of(BigInteger.valueOf(0x1234)));
    assertThat(packets.sendForOne("1234")).isEqualTo(report(NO_ERROR, 5, "1234"));
    assertThat(packets.sendForOne("2234")).isEqualTo(report(NO_ERROR, 0, "2234"));
    packets.dataPlane().setValueSet("set", List.of());
    assertThat(packets.sendForOne("1234")).isEqualTo(report(NO_ERROR, 0, "1234"));
  }
}
