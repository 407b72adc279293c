package io.tern.core.intent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tern.cid.ServerId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Allocates server IDs within one SID space. Immutable; the same question always gets the same
 * answer.
 *
 * <p><b>Order.</b> The space is walked as a ring of positions. The walk begins at the revision of
 * the intent that is being changed (modulo the size of the ring) and takes the first position that
 * is free. The revision only grows and so the walk moves on with every change, deletions included:
 * the server ID of a deleted backend is met again only after a whole turn, when hardly any live CID
 * still carries it. Several server IDs of one change are taken backwards, so that the positions in
 * front of the walk stay free.
 *
 * <p><b>Look.</b> A position becomes a server ID by an affine permutation of the space, whose
 * constants come from the number of the space: neighbours in time are no neighbours in value, and
 * one backend has unrelated server IDs in two spaces. This is no secret. Who may not learn the
 * order of creation must not be given clear-text CIDs.
 */
final class SidAllocator {
  private final int length;
  private final BigInteger multiplier;
  private final BigInteger increment;

  /**
   * @param sidSpace 1 to 65535
   * @param length octets of a server ID, 1 to 15
   */
  SidAllocator(int sidSpace, int length) {
    this.length = length;
    byte[] seed = seed(sidSpace, length);
    // Odd, and so invertible modulo a power of two: the permutation reaches every server ID.
    this.multiplier = new BigInteger(1, Arrays.copyOfRange(seed, 0, 16)).setBit(0);
    this.increment = new BigInteger(1, Arrays.copyOfRange(seed, 16, 32));
  }

  /** How many server IDs the space has: 2^(8 * length). */
  BigInteger capacity() {
    return BigInteger.ONE.shiftLeft(8 * length);
  }

  /**
   * One server ID that is not in {@code used}; empty if all are.
   *
   * @param revision the revision of the intent that is being changed
   */
  Optional<ServerId> allocate(Collection<ServerId> used, long revision) {
    Set<ServerId> taken = new HashSet<>(used);
    if (BigInteger.valueOf(taken.size()).compareTo(capacity()) >= 0) {
      return Optional.empty();
    }
    BigInteger position = BigInteger.valueOf(revision);
    while (taken.contains(at(position))) {
      position = position.add(BigInteger.ONE);
    }
    return Optional.of(at(position));
  }

  /**
   * {@code count} different server IDs for a space that has none yet; empty if it has no room for
   * so many.
   */
  Optional<List<ServerId>> allocateFirst(int count, long revision) {
    if (BigInteger.valueOf(count).compareTo(capacity()) > 0) {
      return Optional.empty();
    }
    List<ServerId> serverIds = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      serverIds.add(at(BigInteger.valueOf(revision - i)));
    }
    return Optional.of(serverIds);
  }

  private ServerId at(BigInteger position) {
    byte[] value = position.multiply(multiplier).add(increment).mod(capacity()).toByteArray();
    byte[] octets = new byte[length];
    // BigInteger writes the shortest two's complement: shorter than wanted, or one zero longer.
    int copied = Math.min(length, value.length);
    System.arraycopy(value, value.length - copied, octets, length - copied, copied);
    return ServerId.of(octets);
  }

  private static byte[] seed(int sidSpace, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update("tern server IDs".getBytes(US_ASCII));
      return sha256.digest(ByteBuffer.allocate(8).putInt(sidSpace).putInt(length).array());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
