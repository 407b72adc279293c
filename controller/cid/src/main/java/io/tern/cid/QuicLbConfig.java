package io.tern.cid;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A CID configuration of QUIC-LB (draft-ietf-quic-load-balancers, sections 3 and 5). Immutable.
 *
 * @param codepoint config rotation bits, 0 to 6 (7 is reserved: always unroutable)
 * @param algorithm must fit {@code key} and the sum of the lengths
 * @param serverIdLength octets, 1 to 15
 * @param nonceLength octets, 4 to 18; the sum of both lengths is 5 to 19
 * @param key AES-128 key; empty exactly for {@link CidAlgorithm#PLAINTEXT}
 * @param lengthSelfDescription whether the low five bits of the first octet carry the length of
 *     what follows; random otherwise
 */
public record QuicLbConfig(
    int codepoint,
    CidAlgorithm algorithm,
    int serverIdLength,
    int nonceLength,
    Optional<CidKey> key,
    boolean lengthSelfDescription) {

  /** Largest codepoint that a configuration can have. */
  public static final int MAX_CODEPOINT = 6;

  /** Codepoint of CIDs that no configuration made: always unroutable. */
  public static final int UNROUTABLE_CODEPOINT = 7;

  public static final int MIN_NONCE_LENGTH = 4;
  public static final int MAX_NONCE_LENGTH = 18;

  /** Most octets of server ID and nonce together: a QUIC v1 CID has 20, the first is taken. */
  public static final int MAX_SUM = 19;

  public QuicLbConfig {
    requireNonNull(algorithm, "algorithm");
    requireNonNull(key, "key");
    int sum = serverIdLength + nonceLength;
    check(
        codepoint >= 0 && codepoint <= MAX_CODEPOINT,
        "codepoint is " + codepoint + "; it must be 0 to 6 (7 is reserved for unroutable CIDs)");
    check(
        serverIdLength >= 1 && serverIdLength <= ServerId.MAX_LENGTH,
        "server ID length is " + serverIdLength + "; it must be 1 to 15 octets");
    check(
        nonceLength >= MIN_NONCE_LENGTH && nonceLength <= MAX_NONCE_LENGTH,
        "nonce length is " + nonceLength + "; it must be 4 to 18 octets");
    check(
        sum <= MAX_SUM,
        "server ID length "
            + serverIdLength
            + " and nonce length "
            + nonceLength
            + " make "
            + sum
            + " octets; the sum must be at most 19, so that the CID fits into 20");
    check(
        key.isPresent() == (algorithm != CidAlgorithm.PLAINTEXT),
        algorithm == CidAlgorithm.PLAINTEXT
            ? "a clear-text configuration has no key"
            : algorithm + " needs a 16-octet key");
    check(
        algorithm != CidAlgorithm.SINGLE_PASS || sum == CidKey.LENGTH,
        "SINGLE_PASS needs lengths that sum to 16 octets, not " + sum);
    check(
        algorithm != CidAlgorithm.FOUR_PASS || sum != CidKey.LENGTH,
        "FOUR_PASS is for lengths that do not sum to 16 octets: use SINGLE_PASS");
  }

  /** The algorithm that the draft prescribes for these lengths, with or without a key. */
  public static CidAlgorithm algorithmFor(int serverIdLength, int nonceLength, boolean withKey) {
    if (!withKey) {
      return CidAlgorithm.PLAINTEXT;
    }
    return serverIdLength + nonceLength == CidKey.LENGTH
        ? CidAlgorithm.SINGLE_PASS
        : CidAlgorithm.FOUR_PASS;
  }

  /** Octets of a CID of this configuration, first octet included: 6 to 20. */
  public int cidLength() {
    return 1 + serverIdLength + nonceLength;
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException(message);
    }
  }
}
