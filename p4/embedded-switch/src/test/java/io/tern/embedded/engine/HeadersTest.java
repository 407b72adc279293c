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
import org.junit.jupiter.api.Test;

/** Headers as a whole: validity, copies, stacks, checksums, and the frame that comes of them. */
class HeadersTest {
  private static final String STACK = "{'type':'header_stack','value':'stack'}";

  private static ProgramJson twoHeaders() {
    return new ProgramJson()
        .headerType("h_t", "octet:8", "wide:72")
        .header("a", "h_t")
        .header("b", "h_t")
        .state("start", null, extract("a"));
  }

  private static final String A = "11" + "223344556677889900";

  @Test
  void copyTakesFieldsAndValidity() {
    assertThat(
            Packets.through(
                    twoHeaders().always("ingress", call("assign_header", header("b"), header("a"))))
                .sendForOne(A + "ff"))
        .isEqualTo(A + A + "ff");
    assertThat(
            Packets.through(
                    twoHeaders().always("ingress", call("assign_header", header("a"), header("b"))))
                .sendForOne(A + "ff"))
        .as("of an invalid header")
        .isEqualTo("ff");
  }

  @Test
  void addedHeaderIsZeroAndRemovedHeaderIsGone() {
    assertThat(
            Packets.through(
                    twoHeaders()
                        .always(
                            "ingress",
                            assign(field("b", "octet"), hex("0x55")),
                            call("add_header", header("b")),
                            call("remove_header", header("a"))))
                .sendForOne(A + "ff"))
        .isEqualTo("00".repeat(10) + "ff");
  }

  @Test
  void addingAValidHeaderChangesNothing() {
    assertThat(
            Packets.through(twoHeaders().always("ingress", call("add_header", header("a"))))
                .sendForOne(A))
        .isEqualTo(A);
  }

  @Test
  void headersAreEqualIfBothAreValidWithTheSameFields() {
    String equal =
        "{'type':'expression','value':{'op':'b2d','left':null,'right':"
            + op("==", header("a"), header("b"))
            + "}}";
    ProgramJson program =
        twoHeaders()
            .select("unused", "", "{'type':'default','value':null,'mask':null,'next_state':null}");
    assertThat(
            Packets.through(program.always("ingress", assign(field("a", "octet"), equal)))
                .sendForOne(A))
        .as("b is invalid")
        .startsWith("00");
    assertThat(
            Packets.through(
                    twoHeaders()
                        .always(
                            "ingress",
                            call("assign_header", header("b"), header("a")),
                            assign(field("a", "octet"), equal)))
                .sendForOne(A))
        .startsWith("01");
  }

  private static ProgramJson stackOfThree() {
    return new ProgramJson()
        .headerType("label_t", "bottom:1", "value:7")
        .stack("stack", "label_t", 3)
        .select(
            "start",
            "{'type':'stack_field','value':['stack','bottom']}",
            transition("0x00", null, "start"),
            call("extract", "{'type':'stack','value':'stack'}"));
  }

  @Test
  void pushMakesRoomInFrontAndPopTakesAway() {
    assertThat(
            Packets.through(
                    stackOfThree()
                        .always(
                            "ingress",
                            call("push", STACK, hex("0x1")),
                            call("add_header", header("stack[0]")),
                            assign(field("stack[0]", "value"), hex("0x7f"))))
                .sendForOne("01 82 ff"))
        .isEqualTo("7f0182ff");
    assertThat(
            Packets.through(stackOfThree().always("ingress", call("pop", STACK, hex("0x2"))))
                .sendForOne("01 02 83 ff"))
        .isEqualTo("83ff");
    assertThat(
            Packets.through(stackOfThree().always("ingress", call("push", STACK, hex("0x5"))))
                .sendForOne("01 02 83 ff"))
        .as("everything falls off the end")
        .isEqualTo("ff");
  }

  @Test
  void elementIsFoundByAnIndexOfThePacket() {
    String index = op("-", op("last_stack_index", STACK, "null"), hex("0x0"));
    String element =
        "{'type':'expression','value':{'op':'access_field','left':"
            + op("dereference_header_stack", STACK, index)
            + ",'right':1}}";

    assertThat(
            Packets.through(stackOfThree().always("ingress", assign(element, hex("0x55"))))
                .sendForOne("01 82 ff"))
        .isEqualTo("01d5ff");
  }

  @Test
  void elementBeyondTheStackReadsZeroAndTakesNothing() {
    String element =
        "{'type':'expression','value':{'op':'access_field','left':"
            + op("dereference_header_stack", STACK, field("stack[0]", "value"))
            + ",'right':1}}";

    assertThat(
            Packets.through(
                    stackOfThree()
                        .always(
                            "ingress",
                            assign(element, hex("0x55")),
                            assign(field("stack[0]", "value"), element)))
                .sendForOne("f0 ff"))
        .isEqualTo("80ff");
  }

  private static ProgramJson checksummed(boolean verify, boolean update) {
    return new ProgramJson()
        .headerType("ip_t", "before:80", "checksum:16", "after:64")
        .header("ip", "ip_t")
        .state("start", null, extract("ip"))
        .add(
            "calculations",
            "{'name':'sum','id':0,'algo':'csum16','input':[%s,%s]}",
            field("ip", "before"),
            field("ip", "after"))
        .add(
            "checksums",
            "{'name':'ck','id':0,'type':'generic','calculation':'sum','target':['ip','checksum'],"
                + "'verify':%s,'update':%s,'if_cond':%s}",
            verify,
            update,
            op("!=", field("ip", "after"), hex("0x0")));
  }

  private static final String IP_BEFORE = "45000073000040004011";
  private static final String IP_AFTER = "c0a80001c0a800c7";

  @Test
  void checksumIsUpdatedBeforeTheFrameIsPutTogether() {
    assertThat(
            Packets.through(checksummed(false, true).always("ingress", call("no_op")))
                .sendForOne(IP_BEFORE + "0000" + IP_AFTER))
        .isEqualTo(IP_BEFORE + "b861" + IP_AFTER);
    assertThat(
            Packets.through(checksummed(false, true).always("ingress", call("no_op")))
                .sendForOne(IP_BEFORE + "1234" + "00".repeat(8)))
        .as("its condition does not hold")
        .isEqualTo(IP_BEFORE + "1234" + "00".repeat(8));
  }

  @Test
  void wrongChecksumIsReportedToIngress() {
    Packets packets =
        Packets.through(
            checksummed(true, false)
                .always(
                    "ingress",
                    assign(field("ip", "before"), field("standard_metadata", "checksum_error"))));

    assertThat(packets.sendForOne(IP_BEFORE + "b861" + IP_AFTER))
        .startsWith("0".repeat(20) + "b861");
    assertThat(packets.sendForOne(IP_BEFORE + "b862" + IP_AFTER))
        .startsWith("0".repeat(19) + "1" + "b862");
  }

  @Test
  void variableFieldIsCopiedWithItsLength() {
    Packets packets =
        Packets.through(
            new ProgramJson()
                .headerType("length_t", "bits:8")
                .headerType("v_t", 12, "options:*")
                .header("length", "length_t")
                .header("from", "v_t")
                .header("to", "v_t")
                .state(
                    "start",
                    null,
                    extract("length"),
                    call(
                        "extract_VL", "{'type':'regular','value':'from'}", field("length", "bits")))
                .always(
                    "ingress",
                    call("add_header", header("to")),
                    call("assign_VL", field("to", "options"), field("from", "options"))));

    assertThat(packets.sendForOne("48 010203040506070809 ff"))
        .isEqualTo("48" + "010203040506070809".repeat(2) + "ff");
    assertThat(packets.sendForOne("00 ff")).isEqualTo("00ff");
  }
}
