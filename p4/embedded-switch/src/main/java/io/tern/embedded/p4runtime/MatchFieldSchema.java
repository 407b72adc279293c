package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.FieldMatch.FieldMatchTypeCase;
import java.math.BigInteger;

/**
 * A key field of a table: reads and writes its matches (section 9.1.1). {@code toString} names it
 * for errors.
 *
 * @param position in the key
 * @param ternaryInProgram whether the compiled program matches it as ternary; the compiler turns
 *     optional fields into such
 */
record MatchFieldSchema(
    String table,
    int position,
    int id,
    String name,
    int width,
    MatchType type,
    boolean ternaryInProgram) {

  /** Octets of a packed prefix length. */
  private static final int LENGTH = 2;

  KeyMatch decode(FieldMatch match) {
    FieldMatchTypeCase expected =
        switch (type) {
          case EXACT -> FieldMatchTypeCase.EXACT;
          case LPM -> FieldMatchTypeCase.LPM;
          case TERNARY -> FieldMatchTypeCase.TERNARY;
          case RANGE -> FieldMatchTypeCase.RANGE;
          case OPTIONAL -> FieldMatchTypeCase.OPTIONAL;
          default -> throw new IllegalStateException(this + ": match type " + type);
        };
    if (match.getFieldMatchTypeCase() != expected) {
      throw P4RuntimeException.invalidArgument(
          "%s: expected a match of type %s, got %s", this, type, match.getFieldMatchTypeCase());
    }
    return switch (expected) {
      case EXACT -> new KeyMatch.Exact(value(match.getExact().getValue()));
      case LPM -> decodeLpm(match.getLpm());
      case TERNARY -> decodeTernary(match.getTernary());
      case RANGE -> decodeRange(match.getRange());
      default -> optional(value(match.getOptional().getValue()));
    };
  }

  /** The match of a field that an entry leaves out. */
  KeyMatch dontCare() {
    return switch (type) {
      case LPM -> new KeyMatch.Lpm(BigInteger.ZERO, 0);
      case TERNARY -> new KeyMatch.Ternary(BigInteger.ZERO, BigInteger.ZERO);
      case RANGE -> new KeyMatch.Range(BigInteger.ZERO, max());
      case OPTIONAL -> optional(null);
      default ->
          throw P4RuntimeException.invalidArgument(
              "%s: missing, and an exact field of bit<%d> cannot be left out", this, width);
    };
  }

  /** The canonical form; null if it matches anything and is left out. */
  FieldMatch encode(KeyMatch match) {
    FieldMatch.Builder encoded = FieldMatch.newBuilder().setFieldId(id);
    if (match instanceof KeyMatch.Exact exact) {
      encoded.getExactBuilder().setValue(Bytestrings.encode(exact.value()));
    } else if (match instanceof KeyMatch.Lpm lpm) {
      if (lpm.prefixLength() == 0) {
        return null;
      }
      encoded
          .getLpmBuilder()
          .setValue(Bytestrings.encode(lpm.value()))
          .setPrefixLen(lpm.prefixLength());
    } else if (match instanceof KeyMatch.Ternary ternary) {
      if (ternary.mask().signum() == 0) {
        return null;
      }
      if (type == MatchType.OPTIONAL) {
        encoded.getOptionalBuilder().setValue(Bytestrings.encode(ternary.value()));
      } else {
        encoded
            .getTernaryBuilder()
            .setValue(Bytestrings.encode(ternary.value()))
            .setMask(Bytestrings.encode(ternary.mask()));
      }
    } else if (match instanceof KeyMatch.Range range) {
      if (range.low().signum() == 0 && range.high().equals(max())) {
        return null;
      }
      encoded
          .getRangeBuilder()
          .setLow(Bytestrings.encode(range.low()))
          .setHigh(Bytestrings.encode(range.high()));
    } else {
      BigInteger value = ((KeyMatch.Optional) match).value();
      if (value == null) {
        return null;
      }
      encoded.getOptionalBuilder().setValue(Bytestrings.encode(value));
    }
    return encoded.build();
  }

  /** Octets of a packed match: two numbers where two make it, or one with a length or a flag. */
  int packedOctets() {
    int number = Bytestrings.octets(width);
    return switch (type) {
      case LPM -> number + LENGTH;
      case TERNARY, RANGE -> 2 * number;
      case OPTIONAL -> number + 1;
      default -> number;
    };
  }

  /** Packs a match: equal octets are equal matches. The octets at the place are 0. */
  void pack(KeyMatch match, byte[] to, int at) {
    int second = at + Bytestrings.octets(width);
    if (match instanceof KeyMatch.Exact exact) {
      Bytestrings.pack(exact.value(), width, to, at);
    } else if (match instanceof KeyMatch.Lpm lpm) {
      Bytestrings.pack(lpm.value(), width, to, at);
      Bytestrings.pack(BigInteger.valueOf(lpm.prefixLength()), LENGTH * Byte.SIZE, to, second);
    } else if (match instanceof KeyMatch.Range range) {
      Bytestrings.pack(range.low(), width, to, at);
      Bytestrings.pack(range.high(), width, to, second);
    } else if (match instanceof KeyMatch.Ternary ternary) {
      Bytestrings.pack(ternary.value(), width, to, at);
      if (type == MatchType.OPTIONAL) {
        to[second] = (byte) ternary.mask().signum();
      } else {
        Bytestrings.pack(ternary.mask(), width, to, second);
      }
    } else {
      BigInteger value = ((KeyMatch.Optional) match).value();
      if (value != null) {
        Bytestrings.pack(value, width, to, at);
        to[second] = 1;
      }
    }
  }

  /** Undoes {@link #pack}. */
  KeyMatch unpack(byte[] from, int at) {
    BigInteger value = Bytestrings.unpack(width, from, at);
    int second = at + Bytestrings.octets(width);
    return switch (type) {
      case LPM ->
          new KeyMatch.Lpm(
              value, Bytestrings.unpack(LENGTH * Byte.SIZE, from, second).intValueExact());
      case TERNARY -> new KeyMatch.Ternary(value, Bytestrings.unpack(width, from, second));
      case RANGE -> new KeyMatch.Range(value, Bytestrings.unpack(width, from, second));
      case OPTIONAL -> optional(from[second] == 0 ? null : value);
      default -> new KeyMatch.Exact(value);
    };
  }

  /** The canonical form of a packed match; null if it matches anything and is left out. */
  FieldMatch encode(byte[] from, int at) {
    if (type != MatchType.EXACT) {
      return encode(unpack(from, at));
    }
    return FieldMatch.newBuilder()
        .setFieldId(id)
        .setExact(FieldMatch.Exact.newBuilder().setValue(Bytestrings.encode(width, from, at)))
        .build();
  }

  private KeyMatch decodeLpm(FieldMatch.LPM lpm) {
    BigInteger value = value(lpm.getValue());
    int prefixLength = lpm.getPrefixLen();
    if (prefixLength < 1 || prefixLength > width) {
      throw P4RuntimeException.invalidArgument(
          "%s: prefix length %d, expected 1 to %d (leave the field out to match anything)",
          this, prefixLength, width);
    }
    if (value.signum() != 0 && value.getLowestSetBit() < width - prefixLength) {
      throw P4RuntimeException.invalidArgument(
          "%s: the value 0x%s has bits behind its prefix of %d",
          this, value.toString(16), prefixLength);
    }
    return new KeyMatch.Lpm(value, prefixLength);
  }

  private KeyMatch decodeTernary(FieldMatch.Ternary ternary) {
    BigInteger value = value(ternary.getValue());
    BigInteger mask = value(ternary.getMask());
    if (mask.signum() == 0) {
      throw P4RuntimeException.invalidArgument(
          "%s: the mask is 0 (leave the field out to match anything)", this);
    }
    if (value.andNot(mask).signum() != 0) {
      throw P4RuntimeException.invalidArgument(
          "%s: the value 0x%s has bits outside its mask 0x%s",
          this, value.toString(16), mask.toString(16));
    }
    return new KeyMatch.Ternary(value, mask);
  }

  private KeyMatch decodeRange(FieldMatch.Range range) {
    BigInteger low = value(range.getLow());
    BigInteger high = value(range.getHigh());
    if (low.compareTo(high) > 0) {
      throw P4RuntimeException.invalidArgument(
          "%s: the range starts at 0x%s, behind its end 0x%s",
          this, low.toString(16), high.toString(16));
    }
    if (low.signum() == 0 && high.equals(max())) {
      throw P4RuntimeException.invalidArgument(
          "%s: the range is the whole field (leave the field out to match anything)", this);
    }
    return new KeyMatch.Range(low, high);
  }

  private KeyMatch optional(BigInteger value) {
    if (!ternaryInProgram) {
      return new KeyMatch.Optional(value);
    }
    return value == null
        ? new KeyMatch.Ternary(BigInteger.ZERO, BigInteger.ZERO)
        : new KeyMatch.Ternary(value, max());
  }

  private BigInteger value(com.google.protobuf.ByteString octets) {
    return Bytestrings.parse(octets, width, this);
  }

  private BigInteger max() {
    return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
  }

  @Override
  public String toString() {
    return String.format("table '%s', match field '%s' (id %d, bit<%d>)", table, name, id, width);
  }
}
