package io.tern.embedded.engine;

import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.Header;
import io.tern.embedded.bmv2.HeaderStack;
import io.tern.embedded.bmv2.HeaderType;
import io.tern.embedded.bmv2.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything of a packet's state lives in one {@code long[]}.
 *
 * <p>A header takes a slot for its validity (0 or 1) and then its fields: one slot for up to 64
 * bits, more for wider ones, least significant word first, always as unsigned bits. A variable
 * field takes a slot for its length in bits and then words that hold the octets, left aligned. Each
 * stack has a slot that counts its headers. So copying a packet's state is one array copy.
 */
final class Layout {
  private final int[] base;
  private final int[] stackNext;
  private final Map<HeaderType, int[]> fieldSlots = new HashMap<>();
  private final Map<HeaderType, Integer> sizes = new HashMap<>();
  private final long[] initial;
  private final int[][] metadata;

  Layout(Program program) {
    List<Header> headers = program.headers();
    base = new int[headers.size()];
    int next = 0;
    for (Header header : headers) {
      base[header.index()] = next;
      next += place(header.type());
    }
    stackNext = new int[program.stacks().size()];
    for (HeaderStack stack : program.stacks()) {
      stackNext[stack.index()] = next++;
    }
    initial = new long[next];
    metadata =
        headers.stream()
            .filter(Header::metadata)
            .map(h -> new int[] {base[h.index()], base[h.index()] + sizes.get(h.type())})
            .toArray(int[][]::new);
    for (int[] range : metadata) {
      initial[range[0]] = 1;
    }
  }

  private int place(HeaderType type) {
    Integer known = sizes.get(type);
    if (known != null) {
      return known;
    }
    int[] slots = new int[type.fields().size()];
    int next = 1;
    for (int i = 0; i < slots.length; i++) {
      HeaderType.Field field = type.fields().get(i);
      slots[i] = next;
      next += limbs(field.width()) + (field.variable() ? 1 : 0);
    }
    fieldSlots.put(type, slots);
    sizes.put(type, next);
    return next;
  }

  /** Words for that many bits. */
  static int limbs(int bits) {
    return (bits + 63) >>> 6;
  }

  /** The low {@code bits} bits, 1 to 64. */
  static long mask(int bits) {
    return -1L >>> (64 - bits);
  }

  int slots() {
    return initial.length;
  }

  int base(Header header) {
    return base[header.index()];
  }

  /** Slots of a header of that type. */
  int size(HeaderType type) {
    return sizes.get(type);
  }

  /** The slot of a field from the base of its header. */
  int relative(HeaderType type, int field) {
    return field == HeaderType.VALIDITY ? 0 : fieldSlots.get(type)[field];
  }

  int slot(FieldRef field) {
    return base(field.header()) + relative(field.header().type(), field.field());
  }

  int next(HeaderStack stack) {
    return stackNext[stack.index()];
  }

  int[] bases(HeaderStack stack) {
    return stack.elements().stream().mapToInt(this::base).toArray();
  }

  /** Metadata valid, all else zero. */
  void reset(long[] registers) {
    System.arraycopy(initial, 0, registers, 0, initial.length);
  }

  /** Sets the fields of all metadata to zero. */
  void resetMetadata(long[] registers) {
    for (int[] range : metadata) {
      System.arraycopy(initial, range[0], registers, range[0], range[1] - range[0]);
    }
  }
}
