package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Table;
import io.tern.embedded.bmv2.Table.MatchKind;
import java.math.BigInteger;
import java.util.List;

/**
 * How a table's key is laid out in words: fields of up to 64 bits are packed as long as they fit
 * into a word, wide ones and ranges have words of their own. Fields of invalid headers count as 0.
 */
final class KeyLayout {
  private final List<Table.Key> keys;
  private final int[] valid;
  private final int[] slots;
  private final int[] widths;
  private final int[] limb;
  private final int[] shift;
  private final int limbs;

  /** The static masks of the fields; null if there are none. */
  private final long[] masks;

  KeyLayout(List<Table.Key> keys, Layout layout) {
    this.keys = keys;
    int n = keys.size();
    valid = new int[n];
    slots = new int[n];
    widths = new int[n];
    limb = new int[n];
    shift = new int[n];
    int next = 0;
    int used = 64;
    for (int i = 0; i < n; i++) {
      Table.Key key = keys.get(i);
      valid[i] = layout.base(key.field().header());
      slots[i] = layout.slot(key.field());
      widths[i] = key.width();
      boolean alone = widths[i] > 64 || key.kind() == MatchKind.RANGE;
      if (alone || used + widths[i] > 64) {
        limb[i] = next;
        next += Layout.limbs(widths[i]);
        used = alone ? 64 : widths[i];
      } else {
        limb[i] = next - 1;
        shift[i] = used;
        used += widths[i];
      }
    }
    limbs = next;
    masks = staticMasks();
  }

  private long[] staticMasks() {
    if (keys.stream().allMatch(k -> k.mask() == null)) {
      return null;
    }
    long[] all = new long[limbs];
    for (int i = 0; i < widths.length; i++) {
      BigInteger mask = keys.get(i).mask();
      put(i, mask == null ? ones(i) : mask.and(ones(i)), all);
    }
    return all;
  }

  List<Table.Key> keys() {
    return keys;
  }

  int limbs() {
    return limbs;
  }

  /** First word of a field. */
  int limb(int field) {
    return limb[field];
  }

  /** All bits of a field. */
  BigInteger ones(int field) {
    return BigInteger.ONE.shiftLeft(widths[field]).subtract(BigInteger.ONE);
  }

  /** Puts a field's value, which must fit, into a key that is zero there. */
  void put(int field, BigInteger value, long[] key) {
    if (widths[field] <= 64) {
      key[limb[field]] |= value.longValue() << shift[field];
    } else {
      Words.put(value, key, limb[field], Layout.limbs(widths[field]));
    }
  }

  /** Applies the static masks. */
  void mask(long[] key) {
    if (masks != null) {
      for (int i = 0; i < limbs; i++) {
        key[i] &= masks[i];
      }
    }
  }

  void load(long[] r, long[] key) {
    for (int i = 0; i < limbs; i++) {
      key[i] = 0;
    }
    for (int i = 0; i < slots.length; i++) {
      if (r[valid[i]] == 0) {
        continue;
      }
      if (widths[i] <= 64) {
        key[limb[i]] |= r[slots[i]] << shift[i];
      } else {
        System.arraycopy(r, slots[i], key, limb[i], Layout.limbs(widths[i]));
      }
    }
    mask(key);
  }

  static int hash(long[] key, int limbs) {
    long hash = 0;
    for (int i = 0; i < limbs; i++) {
      hash = (hash ^ key[i]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return (int) hash;
  }
}
