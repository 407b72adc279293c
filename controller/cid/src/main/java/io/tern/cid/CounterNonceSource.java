package io.tern.cid;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts up from a random nonce. Whoever sees two of them sees their relationship: for encrypted
 * configurations only.
 */
final class CounterNonceSource implements NonceSource {
  private final byte[] start;
  private final long limit;
  private final AtomicLong issued;

  CounterNonceSource(int length, SecureRandom random) {
    this(randomOctets(length, random), 0);
  }

  /** A source that starts here and has given this many nonces already. */
  CounterNonceSource(byte[] start, long issued) {
    this.start = start.clone();
    // A counter of 8 octets or more never ends: 2^63 nonces take a server longer than it will live.
    this.limit = start.length < Long.BYTES ? 1L << (Byte.SIZE * start.length) : Long.MAX_VALUE;
    this.issued = new AtomicLong(issued);
  }

  @Override
  public Nonce next() {
    long count = issued.getAndUpdate(n -> n < limit ? n + 1 : n);
    if (count >= limit) {
      throw new NoncesExhaustedException(start.length);
    }
    return Nonce.of(sum(start, count));
  }

  @Override
  public long remaining() {
    return limit - issued.get();
  }

  /** {@code octets + count}, modulo the range of the octets. */
  private static byte[] sum(byte[] octets, long count) {
    byte[] sum = octets.clone();
    long carry = count;
    for (int i = sum.length - 1; i >= 0 && carry != 0; i--) {
      long digit = (sum[i] & 0xff) + (carry & 0xff);
      sum[i] = (byte) digit;
      carry = (carry >>> Byte.SIZE) + (digit >>> Byte.SIZE);
    }
    return sum;
  }

  private static byte[] randomOctets(int length, SecureRandom random) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }
}
