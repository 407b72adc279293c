package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.InvalidProgramException;
import io.tern.embedded.bmv2.ProgramJson;
import java.math.BigInteger;
import java.util.SplittableRandom;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Expressions give what arithmetic without limits gives, cut to the field they are assigned to. */
class ExpressionsTest {
  private static final int[] WIDTHS = {1, 8, 33, 64, 65, 120, 128, 200};

  /** A random expression as JSON, and its value for the operands of one packet. */
  private static final class Generator {
    private final SplittableRandom random;
    private final BigInteger[] operands;

    Generator(SplittableRandom random, BigInteger[] operands) {
      this.random = random;
      this.operands = operands;
    }

    private record Node(String json, BigInteger value) {}

    private record Truth(String json, boolean value) {}

    Node value(int depth) {
      if (depth == 0 || random.nextInt(8) == 0) {
        return leaf();
      }
      return switch (random.nextInt(16)) {
        case 0 -> binary("+", depth, BigInteger::add);
        case 1 -> binary("-", depth, BigInteger::subtract);
        case 2 -> binary("*", depth, BigInteger::multiply);
        case 3 -> binary("&", depth, BigInteger::and);
        case 4 -> binary("|", depth, BigInteger::or);
        case 5 -> binary("^", depth, BigInteger::xor);
        case 6 -> quotient("/", depth);
        case 7 -> quotient("%", depth);
        case 8 -> shift("<<", depth);
        case 9 -> shift(">>", depth);
        case 10 -> {
          Node operand = value(depth - 1);
          yield new Node(op("~", "null", operand.json), operand.value.not());
        }
        case 11 -> cast("two_comp_mod", depth);
        case 12 -> cast("usat_cast", depth);
        case 13 -> cast("sat_cast", depth);
        case 14 -> {
          Truth test = test(depth - 1);
          yield new Node(
              op("b2d", "null", test.json), test.value ? BigInteger.ONE : BigInteger.ZERO);
        }
        default -> {
          Truth test = test(depth - 1);
          Node left = value(depth - 1);
          Node right = value(depth - 1);
          String json =
              "{'type':'expression','value':{'op':'?','cond':"
                  + test.json
                  + ",'left':"
                  + left.json
                  + ",'right':"
                  + right.json
                  + "}}";
          yield new Node(json, test.value ? left.value : right.value);
        }
      };
    }

    private Node leaf() {
      if (random.nextInt(4) == 0) {
        BigInteger value =
            new BigInteger(1 + random.nextInt(130), new java.util.Random(random.nextLong()));
        BigInteger signed = random.nextBoolean() ? value : value.negate();
        return new Node(hex((signed.signum() < 0 ? "-0x" : "0x") + value.toString(16)), signed);
      }
      int i = random.nextInt(operands.length);
      return new Node(field("in", "f" + i), operands[i]);
    }

    private interface Binary {
      BigInteger apply(BigInteger a, BigInteger b);
    }

    private Node binary(String op, int depth, Binary binary) {
      Node left = value(depth - 1);
      Node right = value(depth - 1);
      return new Node(op(op, left.json, right.json), binary.apply(left.value, right.value));
    }

    private Node quotient(String op, int depth) {
      return binary(
          op,
          depth,
          (a, b) -> {
            if (b.signum() == 0) {
              return BigInteger.ZERO;
            }
            return op.equals("/") ? a.divide(b) : a.remainder(b);
          });
    }

    private Node shift(String op, int depth) {
      Node left = value(depth - 1);
      int count = random.nextInt(140);
      return new Node(
          op(op, left.json, hex("0x" + Integer.toHexString(count))),
          op.equals("<<") ? left.value.shiftLeft(count) : left.value.shiftRight(count));
    }

    private Node cast(String kind, int depth) {
      Node operand = value(depth - 1);
      int width = 1 + random.nextInt(130);
      BigInteger modulus = BigInteger.ONE.shiftLeft(width);
      BigInteger half = modulus.shiftRight(1);
      BigInteger value;
      if (kind.equals("two_comp_mod")) {
        value = operand.value.mod(modulus);
        value = value.compareTo(half) >= 0 ? value.subtract(modulus) : value;
      } else if (kind.equals("usat_cast")) {
        value = operand.value.max(BigInteger.ZERO).min(modulus.subtract(BigInteger.ONE));
      } else {
        value = operand.value.max(half.negate()).min(half.subtract(BigInteger.ONE));
      }
      return new Node(op(kind, operand.json, hex("0x" + Integer.toHexString(width))), value);
    }

    Truth test(int depth) {
      switch (random.nextInt(8)) {
        case 0 -> {
          Node operand = value(Math.max(0, depth - 1));
          return new Truth(op("d2b", "null", operand.json), operand.value.signum() != 0);
        }
        case 1 -> {
          Truth operand = test(Math.max(0, depth - 1));
          return new Truth(op("not", "null", operand.json), !operand.value);
        }
        default -> {
          Node left = value(Math.max(0, depth - 1));
          Node right = random.nextInt(4) == 0 ? left : value(Math.max(0, depth - 1));
          int order = left.value.compareTo(right.value);
          String[] ops = {"==", "!=", "<", "<=", ">", ">="};
          boolean[] values = {order == 0, order != 0, order < 0, order <= 0, order > 0, order >= 0};
          int i = random.nextInt(ops.length);
          return new Truth(op(ops[i], left.json, right.json), values[i]);
        }
      }
    }
  }

  @Property(tries = 400)
  void anyExpressionHasTheValueOfUnlimitedArithmetic(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BigInteger[] operands = new BigInteger[WIDTHS.length];
    StringBuilder bits = new StringBuilder();
    String[] fields = new String[WIDTHS.length + 1];
    int total = 0;
    for (int i = 0; i < WIDTHS.length; i++) {
      BigInteger raw = new BigInteger(WIDTHS[i], new java.util.Random(random.nextLong()));
      if (random.nextInt(4) == 0) {
        raw = BigInteger.ONE.shiftLeft(WIDTHS[i]).subtract(BigInteger.ONE);
      }
      boolean signed = WIDTHS[i] > 1 && random.nextInt(3) == 0;
      fields[i] = "f" + i + ":" + WIDTHS[i] + (signed ? ":signed" : "");
      operands[i] =
          signed && raw.testBit(WIDTHS[i] - 1)
              ? raw.subtract(BigInteger.ONE.shiftLeft(WIDTHS[i]))
              : raw;
      String text = raw.toString(2);
      bits.append("0".repeat(WIDTHS[i] - text.length())).append(text);
      total += WIDTHS[i];
    }
    int pad = 8 - total % 8;
    fields[WIDTHS.length] = "pad:" + pad;
    bits.append("0".repeat(pad));
    int width = 8 * (1 + random.nextInt(20));
    Generator.Node expression = new Generator(random, operands).value(4);

    ProgramJson program =
        new ProgramJson()
            .headerType("in_t", fields)
            .headerType("out_t", "r:" + width)
            .header("out", "out_t")
            .header("in", "in_t")
            .state("start", null, extract("in"))
            .always(
                "ingress",
                ProgramJson.call("add_header", ProgramJson.header("out")),
                assign(field("out", "r"), expression.json));
    try {
      program.read();
    } catch (InvalidProgramException e) {
      Assume.that(!e.getMessage().contains("more than 4096 bits"));
    }
    String out = Packets.through(program).sendForOne(hexOf(bits.toString()));

    BigInteger expected = expression.value.mod(BigInteger.ONE.shiftLeft(width));
    assertThat(new BigInteger(out.substring(0, width / 4), 16))
        .as(expression.json)
        .isEqualTo(expected);
    assertThat(out.substring(width / 4)).as("the operands").isEqualTo(hexOf(bits.toString()));
  }

  private static String hexOf(String bits) {
    String hex = new BigInteger(bits, 2).toString(16);
    return "0".repeat(bits.length() / 4 - hex.length()) + hex;
  }

  private static String computed(String type, String expression, String frame) {
    return Packets.through(
            new ProgramJson()
                .headerType("in_t", "a:8", "b:8")
                .headerType("out_t", "r:" + type)
                .header("out", "out_t")
                .header("in", "in_t")
                .state("start", null, extract("in"))
                .always(
                    "ingress",
                    ProgramJson.call("add_header", ProgramJson.header("out")),
                    assign(field("out", "r"), expression)))
        .sendForOne(frame)
        .substring(0, 2);
  }

  @Test
  void sumWrapsAtTheWidthOfTheField() {
    assertThat(computed("8", op("+", field("in", "a"), field("in", "b")), "ff02")).isEqualTo("01");
  }

  @Test
  void saturatingFieldClamps() {
    assertThat(computed("8:saturating", op("+", field("in", "a"), field("in", "b")), "ff02"))
        .isEqualTo("ff");
    assertThat(computed("8:saturating", op("-", field("in", "a"), field("in", "b")), "0102"))
        .isEqualTo("00");
    assertThat(computed("8:signedsaturating", op("+", field("in", "a"), field("in", "b")), "7f02"))
        .isEqualTo("7f");
  }

  @Test
  void divisionByZeroIsZero() {
    assertThat(computed("8", op("/", field("in", "a"), field("in", "b")), "0500")).isEqualTo("00");
    assertThat(computed("8", op("%", field("in", "a"), field("in", "b")), "0500")).isEqualTo("00");
  }

  @Test
  void shiftByAFieldBeyondTheWidthGivesZero() {
    assertThat(computed("8", op(">>", field("in", "a"), field("in", "b")), "ffff")).isEqualTo("00");
    assertThat(computed("8", op("<<", field("in", "a"), field("in", "b")), "ffff")).isEqualTo("00");
    assertThat(computed("8", op("<<", field("in", "a"), field("in", "b")), "0f04")).isEqualTo("f0");
  }
}
