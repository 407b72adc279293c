package io.tern.embedded.engine;

/**
 * Two's complement integers of {@code n} words in a {@code long[]}, least significant word first.
 */
final class WideMath {
  private WideMath() {}

  static void add(long[] a, int at, long[] b, int bt, int n) {
    long carry = 0;
    for (int i = 0; i < n; i++) {
      long sum = a[at + i] + b[bt + i];
      long carried = Long.compareUnsigned(sum, a[at + i]) < 0 ? 1 : 0;
      a[at + i] = sum + carry;
      carry = carried | (sum + carry == 0 && carry == 1 ? 1 : 0);
    }
  }

  static void subtract(long[] a, int at, long[] b, int bt, int n) {
    long borrow = 0;
    for (int i = 0; i < n; i++) {
      long difference = a[at + i] - b[bt + i];
      long borrowed = Long.compareUnsigned(a[at + i], b[bt + i]) < 0 ? 1 : 0;
      long result = difference - borrow;
      borrow = borrowed | (difference == 0 && borrow == 1 ? 1 : 0);
      a[at + i] = result;
    }
  }

  static void negate(long[] a, int at, int n) {
    long carry = 1;
    for (int i = 0; i < n; i++) {
      long word = ~a[at + i] + carry;
      carry = word == 0 && carry == 1 ? 1 : 0;
      a[at + i] = word;
    }
  }

  /** to = a * b modulo 2^(64 n); {@code to} overlaps neither. */
  static void multiply(long[] to, int tt, long[] a, int at, long[] b, int bt, int n) {
    clear(to, tt, n);
    for (int i = 0; i < n; i++) {
      long carry = 0;
      for (int j = 0; i + j < n; j++) {
        long low = a[at + i] * b[bt + j];
        long high = multiplyHighUnsigned(a[at + i], b[bt + j]);
        long sum = to[tt + i + j] + low;
        if (Long.compareUnsigned(sum, low) < 0) {
          high++;
        }
        long total = sum + carry;
        if (Long.compareUnsigned(total, carry) < 0) {
          high++;
        }
        to[tt + i + j] = total;
        carry = high;
      }
    }
  }

  private static long multiplyHighUnsigned(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  /** {@code count} as an unsigned number; generated code calls it. */
  static long shiftLeft(long word, long count) {
    return count < 0 || count > 63 ? 0 : word << count;
  }

  /** Without sign; {@code count} as an unsigned number; generated code calls it. */
  static long shiftRight(long word, long count) {
    return count < 0 || count > 63 ? 0 : word >>> count;
  }

  /** {@code count} as an unsigned number. */
  static void shiftLeft(long[] a, int at, int n, long count) {
    if (count < 0 || count >= 64L * n) {
      clear(a, at, n);
      return;
    }
    int words = (int) (count >>> 6);
    int bits = (int) count & 63;
    for (int i = n - 1; i >= 0; i--) {
      long high = i - words >= 0 ? a[at + i - words] : 0;
      long low = i - words - 1 >= 0 ? a[at + i - words - 1] : 0;
      a[at + i] = bits == 0 ? high : high << bits | low >>> (64 - bits);
    }
  }

  /** Arithmetic shift; {@code count} as an unsigned number. */
  static void shiftRight(long[] a, int at, int n, long count) {
    long sign = a[at + n - 1] >> 63;
    if (count < 0 || count >= 64L * n) {
      for (int i = 0; i < n; i++) {
        a[at + i] = sign;
      }
      return;
    }
    int words = (int) (count >>> 6);
    int bits = (int) count & 63;
    for (int i = 0; i < n; i++) {
      long low = i + words < n ? a[at + i + words] : sign;
      long high = i + words + 1 < n ? a[at + i + words + 1] : sign;
      a[at + i] = bits == 0 ? low : low >>> bits | high << (64 - bits);
    }
  }

  static int compareSigned(long[] a, int at, long[] b, int bt, int n) {
    int top = Long.compare(a[at + n - 1], b[bt + n - 1]);
    return top != 0 ? top : compareUnsigned(a, at, b, bt, n - 1);
  }

  static int compareUnsigned(long[] a, int at, long[] b, int bt, int n) {
    for (int i = n - 1; i >= 0; i--) {
      int order = Long.compareUnsigned(a[at + i], b[bt + i]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  static boolean isZero(long[] a, int at, int n) {
    long any = 0;
    for (int i = 0; i < n; i++) {
      any |= a[at + i];
    }
    return any == 0;
  }

  static void clear(long[] a, int at, int n) {
    for (int i = 0; i < n; i++) {
      a[at + i] = 0;
    }
  }

  /** Makes bit {@code width - 1} the sign of the whole. */
  static void signExtend(long[] a, int at, int n, int width) {
    int word = (width - 1) >>> 6;
    if (word >= n) {
      return;
    }
    int spare = 63 - ((width - 1) & 63);
    a[at + word] = a[at + word] << spare >> spare;
    fill(a, at + word + 1, n - word - 1, a[at + word] >> 63);
  }

  /** Clears all bits from {@code width} on. */
  static void zeroExtend(long[] a, int at, int n, int width) {
    int word = (width - 1) >>> 6;
    if (word >= n) {
      return;
    }
    a[at + word] &= -1L >>> (63 - ((width - 1) & 63));
    clear(a, at + word + 1, n - word - 1);
  }

  static void fill(long[] a, int at, int n, long word) {
    for (int i = 0; i < n; i++) {
      a[at + i] = word;
    }
  }

  /**
   * Divides towards zero: a becomes the remainder, {@code quotient} the quotient; both 0 if b is 0.
   * b keeps its value up to sign. The three do not overlap.
   */
  static void divide(long[] a, int at, long[] b, int bt, long[] quotient, int qt, int n) {
    clear(quotient, qt, n);
    if (isZero(b, bt, n)) {
      clear(a, at, n);
      return;
    }
    boolean negativeDividend = a[at + n - 1] < 0;
    boolean negativeDivisor = b[bt + n - 1] < 0;
    if (negativeDividend) {
      negate(a, at, n);
    }
    if (negativeDivisor) {
      negate(b, bt, n);
    }
    // Quotient and dividend share the words while bits move from one to the other.
    long[] words = a;
    int remainder = qt;
    for (int i = 0; i < 64 * n; i++) {
      long out = words[at + n - 1] >>> 63;
      shiftLeft(words, at, n, 1);
      shiftLeft(quotient, remainder, n, 1);
      quotient[remainder] |= out;
      if (compareUnsigned(quotient, remainder, b, bt, n) >= 0) {
        subtract(quotient, remainder, b, bt, n);
        words[at] |= 1;
      }
    }
    // a holds the quotient now, and the quotient's place the remainder: swap them.
    for (int i = 0; i < n; i++) {
      long word = a[at + i];
      a[at + i] = quotient[qt + i];
      quotient[qt + i] = word;
    }
    if (negativeDividend) {
      negate(a, at, n);
    }
    if (negativeDividend != negativeDivisor) {
      negate(quotient, qt, n);
    }
  }
}
