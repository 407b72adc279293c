package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.ProgramJson;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Runs of assignments that become one method do what the same assignments do one by one. */
class StraightLinesTest {
  private static final int[] WIDTHS = {1, 7, 16, 16, 16, 48, 64, 65, 128, 152};
  private static final String[] OPERATORS = {"&", "|", "^", "^", "+", "-", "*", "<<", ">>", "~"};

  private static ProgramJson program() {
    String[] fields = new String[WIDTHS.length + 1];
    int bits = 0;
    for (int i = 0; i < WIDTHS.length; i++) {
      fields[i] = "f" + i + ":" + WIDTHS[i];
      bits += WIDTHS[i];
    }
    fields[WIDTHS.length] = "pad:" + (8 - bits % 8);
    return new ProgramJson()
        .headerType("head_t", fields)
        .header("head", "head_t")
        .headerType("extra_t", "octet:8")
        .header("extra", "extra_t")
        .state("start", null, extract("head"));
  }

  private static String random(SplittableRandom random, int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return random.nextInt(4) == 0
          ? hex("0x" + new BigInteger(1 + random.nextInt(130), random(random)).toString(16))
          : field("head", "f" + random.nextInt(WIDTHS.length));
    }
    String operator = OPERATORS[random.nextInt(OPERATORS.length)];
    String left = random(random, depth - 1);
    return switch (operator) {
      case "~" -> cut(random, op("~", null, left));
      case "<<", ">>" ->
          cut(
              random,
              op(
                  operator,
                  cut(random, left),
                  random.nextBoolean()
                      ? hex("0x" + Integer.toHexString(random.nextInt(160)))
                      : field("head", "f1")));
      default -> cut(random, op(operator, left, random(random, depth - 1)));
    };
  }

  /** As the compiler cuts results to their width; sometimes not at all. */
  private static String cut(SplittableRandom random, String value) {
    if (random.nextInt(5) == 0) {
      return value;
    }
    int width = WIDTHS[random.nextInt(WIDTHS.length)];
    return op(
        "&",
        value,
        hex("0x" + BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE).toString(16)));
  }

  private static Random random(SplittableRandom random) {
    return new Random(random.nextLong());
  }

  @Property(tries = 150)
  void runIsWorthItsAssignments(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> assignments = new ArrayList<>();
    ProgramJson apart = program();
    for (int i = 0; i < 30; i++) {
      String target = field("head", "f" + random.nextInt(WIDTHS.length));
      String source = random(random, 4);
      assignments.add(assign(target, source));
      // A division is never part of a run, and computes with as many words as the value has.
      apart.always("ingress", assign(target, op("/", source, hex("0x1"))));
    }
    ProgramJson together = program().always("ingress", assignments.toArray(String[]::new));
    Packets expected = Packets.through(apart);
    Packets actual = Packets.through(together);

    for (int i = 0; i < 20; i++) {
      byte[] frame = new byte[100];
      random.nextBytes(frame);
      String octets = HexFormat.of().formatHex(frame);
      assertThat(actual.send(1, octets)).as("seed %d", seed).isEqualTo(expected.send(1, octets));
    }
  }

  private static String swap() {
    // f2, f3, f4 are 16 bits wide: exchanges two of them, and complements the third.
    return String.join(
        ",",
        assign(field("head", "f2"), op("^", field("head", "f2"), field("head", "f3"))),
        assign(field("head", "f3"), op("^", field("head", "f2"), field("head", "f3"))),
        assign(field("head", "f2"), op("^", field("head", "f2"), field("head", "f3"))),
        assign(field("head", "f4"), op("&", op("~", null, field("head", "f4")), hex("0xffff"))));
  }

  @Test
  void headerThatIsMadeValidWithinARunStaysAndKeepsItsFields() {
    String add = call("add_header", header("extra"));
    Packets packets =
        Packets.through(
            program()
                .always(
                    "ingress",
                    add,
                    assign(field("extra", "octet"), hex("0x5a")),
                    add,
                    swap(),
                    add,
                    swap(),
                    swap(),
                    call("remove_header", header("extra")),
                    add,
                    swap(),
                    swap()));

    assertThat(packets.sendForOne("00".repeat(100)).length())
        .as("the header is there, its octet is of the last add_header")
        .isEqualTo(202);
  }

  @Test
  void jumpIntoTheMiddleOfARunRunsWhatIsBehindIt() {
    // Primitive 0 jumps to 6 if f0 is 0: one of the two swaps is left out.
    Packets packets =
        Packets.through(
            program()
                .always(
                    "ingress",
                    call("_jump_if_zero", field("head", "f0"), hex("0x5")),
                    swap(),
                    swap(),
                    swap(),
                    swap()));
    Packets straight = Packets.through(program().always("ingress", swap(), swap(), swap()));
    Packets all = Packets.through(program().always("ingress", swap(), swap(), swap(), swap()));
    String zero = "0" + "3c".repeat(99) + "1";
    String one = "8" + "3c".repeat(99) + "1";

    assertThat(packets.sendForOne(zero)).isEqualTo(straight.sendForOne(zero));
    assertThat(packets.sendForOne(one)).isEqualTo(all.sendForOne(one));
    assertThat(packets.sendForOne(zero)).isNotEqualTo(all.sendForOne(zero));
  }

  @Test
  void runThatIsTooLongForOneMethodBecomesSeveral() {
    String[] swaps = new String[501];
    Arrays.fill(swaps, swap());
    Packets packets = Packets.through(program().always("ingress", swaps));
    Packets once = Packets.through(program().always("ingress", swap()));
    String frame = "123456789abcdef0".repeat(12) + "12345678";

    assertThat(packets.sendForOne(frame)).isEqualTo(once.sendForOne(frame));
  }
}
