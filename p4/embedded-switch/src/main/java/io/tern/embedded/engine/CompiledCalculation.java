package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Calculation;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.HashAlgorithm;
import io.tern.embedded.bmv2.Header;
import io.tern.embedded.bmv2.HeaderType;
import java.util.Map;

/** A calculation: its input is laid out bit by bit, then hashed. */
final class CompiledCalculation {
  /** Appends a part at a bit position and returns the position behind it. */
  @FunctionalInterface
  private interface Part {
    int append(PacketContext c, byte[] to, int position);
  }

  private final HashAlgorithm algorithm;
  private final Part[] parts;
  private final int maxOctets;
  private final boolean withPayload;

  CompiledCalculation(Calculation calculation, Layout layout, Map<HeaderType, HeaderCodec> codecs) {
    this.algorithm = calculation.algorithm();
    this.withPayload = calculation.withPayload();
    this.parts =
        calculation.inputs().stream()
            .map(input -> part(input, layout, codecs))
            .toArray(Part[]::new);
    this.maxOctets =
        calculation.inputs().stream().mapToInt(CompiledCalculation::bits).sum() / 8 + 1;
  }

  private static int bits(Calculation.Input input) {
    if (input instanceof Calculation.FieldInput field) {
      return field.field().width();
    }
    return input instanceof Calculation.HeaderInput header
        ? header.header().type().maxOctets() * 8
        : ((Calculation.ConstantInput) input).width();
  }

  private static Part part(
      Calculation.Input input, Layout layout, Map<HeaderType, HeaderCodec> codecs) {
    if (input instanceof Calculation.FieldInput field) {
      return field(field.field(), layout);
    }
    if (input instanceof Calculation.HeaderInput headerInput) {
      Header header = headerInput.header();
      HeaderCodec codec = codecs.get(header.type());
      int base = layout.base(header);
      return (c, to, position) -> c.r[base] == 0 ? position : codec.emit(c.r, base, to, position);
    }
    Calculation.ConstantInput constant = (Calculation.ConstantInput) input;
    int width = constant.width();
    long[] words = Words.of(constant.value(), Layout.limbs(width));
    return (c, to, position) -> HeaderCodec.emitField(words, 0, width, to, position);
  }

  private static Part field(FieldRef field, Layout layout) {
    int valid = layout.base(field.header());
    int slot = layout.slot(field);
    int width = field.width();
    if (field.isVariable()) {
      return (c, to, position) ->
          c.r[valid] == 0 ? position : HeaderCodec.emitVariable(c.r, slot, to, position);
    }
    return (c, to, position) ->
        c.r[valid] == 0 ? position : HeaderCodec.emitField(c.r, slot, width, to, position);
  }

  long output(PacketContext c) {
    int payload = withPayload ? c.frameEnd - c.cursor : 0;
    byte[] to = c.hashInput(maxOctets + payload);
    int position = 0;
    for (Part part : parts) {
      position = part.append(c, to, position);
    }
    int length = (position + 7) >>> 3;
    if (payload > 0) {
      System.arraycopy(c.frame, c.cursor, to, length, payload);
      length += payload;
    }
    return HashFunction.apply(algorithm, to, length, c.crc32);
  }
}
