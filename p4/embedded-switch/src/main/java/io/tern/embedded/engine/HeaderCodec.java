package io.tern.embedded.engine;

import io.tern.embedded.bmv2.HeaderType;
import java.util.List;

/** Moves the fields of one header type between a frame and the register file. */
final class HeaderCodec {
  private final int[] slots;
  private final int[] widths;

  /** Index of the variable field, or -1. */
  private final int variable;

  private final int variableLimbs;
  private final int maxVariableBits;
  private final int fixedOctets;

  HeaderCodec(HeaderType type, Layout layout) {
    List<HeaderType.Field> fields = type.fields();
    slots = new int[fields.size()];
    widths = new int[fields.size()];
    int variableAt = -1;
    for (int i = 0; i < slots.length; i++) {
      slots[i] = layout.relative(type, i);
      widths[i] = fields.get(i).width();
      if (fields.get(i).variable()) {
        variableAt = i;
      }
    }
    variable = variableAt;
    maxVariableBits = variable < 0 ? 0 : widths[variable];
    variableLimbs = Layout.limbs(maxVariableBits);
    fixedOctets = type.fixedOctets();
  }

  int maxVariableBits() {
    return maxVariableBits;
  }

  int fixedOctets() {
    return fixedOctets;
  }

  /** Octets that the header takes now. */
  int octets(long[] r, int base) {
    return variable < 0 ? fixedOctets : fixedOctets + (int) (r[base + slots[variable]] >>> 3);
  }

  /** Makes the header valid with the octets at {@code at}; the frame must have them. */
  void extract(byte[] frame, int at, long[] r, int base, int variableBits) {
    r[base] = 1;
    int position = at << 3;
    for (int i = 0; i < slots.length; i++) {
      int slot = base + slots[i];
      if (i == variable) {
        extractVariable(frame, position, r, slot, variableBits);
        position += variableBits;
      } else {
        int width = widths[i];
        if (width <= 64) {
          r[slot] = Bits.read(frame, position, width);
        } else {
          Bits.readWide(frame, position, width, r, slot);
        }
        position += width;
      }
    }
  }

  private void extractVariable(byte[] frame, int position, long[] r, int slot, int bits) {
    r[slot] = bits;
    // All words are set, so that equal fields are equal in every word.
    int left = bits;
    for (int limb = 0; limb < variableLimbs; limb++) {
      int width = Math.min(64, left);
      r[slot + 1 + limb] =
          width <= 0 ? 0 : Bits.read(frame, position + limb * 64, width) << (64 - width);
      left -= 64;
    }
  }

  /** Writes the fields from bit {@code position} on and returns the bit behind them. */
  int emit(long[] r, int base, byte[] to, int position) {
    for (int i = 0; i < slots.length; i++) {
      int slot = base + slots[i];
      if (i == variable) {
        position = emitVariable(r, slot, to, position);
      } else {
        position = emitField(r, slot, widths[i], to, position);
      }
    }
    return position;
  }

  static int emitField(long[] r, int slot, int width, byte[] to, int position) {
    if (width <= 64) {
      Bits.write(to, position, r[slot], width);
    } else {
      Bits.writeWide(to, position, width, r, slot);
    }
    return position + width;
  }

  static int emitVariable(long[] r, int slot, byte[] to, int position) {
    int left = (int) r[slot];
    for (int limb = 0; left > 0; limb++, left -= 64) {
      int width = Math.min(64, left);
      Bits.write(to, position, r[slot + 1 + limb] >>> (64 - width), width);
      position += width;
    }
    return position;
  }
}
