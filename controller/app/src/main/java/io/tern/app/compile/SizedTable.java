package io.tern.app.compile;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a profile can size: a macro of {@code p4/src/sizes.p4} each. */
enum SizedTable {
  VIP,
  /** A pool has at most seven. */
  CID_CONFIG(7 * 65_536),
  SERVER_ID,
  FALLBACK,
  BACKEND,
  /** Instances have 16 bits, and 0 is none. */
  REPLICA(65_535),
  RETURN_PATH,
  ECHO,
  L2,
  /** Low bits of a CRC-32 pick the cell. */
  STATE,
  /** Pool IDs have 16 bits. */
  POOL(65_536);

  /** Where the key does not bound a table: more would not fit any target's memory. */
  private static final int MAX = 1 << 24;

  private final int max;

  SizedTable() {
    this(MAX);
  }

  SizedTable(int max) {
    this.max = max;
  }

  /** As profiles and options name it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The macro that sizes it. */
  String macro() {
    return name() + "_SIZE";
  }

  /**
   * The table of this name.
   *
   * @throws ProfileException if there is none
   */
  static SizedTable parse(String word) throws ProfileException {
    String wanted = word.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    for (SizedTable table : values()) {
      if (table.word().equals(wanted)) {
        return table;
      }
    }
    throw new ProfileException(
        "size: unknown table '"
            + word.strip()
            + "': expected one of "
            + Arrays.stream(values()).map(SizedTable::word).collect(Collectors.joining(", ")));
  }

  /**
   * Checks a size.
   *
   * @throws ProfileException if it is out of range
   */
  void check(int size) throws ProfileException {
    if (size < 1 || size > max) {
      throw new ProfileException(
          "size of " + word() + ": " + size + " is out of range: expected 1 to " + max);
    }
    if (this == STATE && Integer.bitCount(size) != 1) {
      throw new ProfileException(
          "size of "
              + word()
              + ": "
              + size
              + " is no power of two: the low bits of a hash choose the cell; near it are "
              + Integer.highestOneBit(size)
              + " and "
              + (Integer.highestOneBit(size) << 1));
    }
  }
}
