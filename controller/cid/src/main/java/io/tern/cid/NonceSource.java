package io.tern.cid;

import java.security.SecureRandom;

/**
 * The nonces of one server ID under one key: no two are equal (draft-ietf-quic-load-balancers,
 * "Connection ID Entropy"). Thread-safe.
 *
 * <p>A source knows nothing of its predecessor in an earlier process or of another worker with the
 * same server ID: they start at random, and meet with a probability that falls with the length of
 * the nonce. Give each worker its own server ID, and nonces of eight octets or more.
 */
public interface NonceSource {
  /**
   * A nonce that this source has not given before.
   *
   * @throws NoncesExhaustedException if there is none left: change the configuration, or issue
   *     unroutable CIDs
   */
  Nonce next();

  /** How many nonces are left, at most {@link Long#MAX_VALUE}. */
  long remaining();

  /**
   * A source that fits the configuration: a counter if the nonces are going to be encrypted, and
   * nonces without observable relationship to each other if they are going to be seen.
   */
  static NonceSource forConfig(QuicLbConfig config, SecureRandom random) {
    return switch (config.algorithm()) {
      case PLAINTEXT -> new PermutedNonceSource(config.nonceLength(), random);
      case SINGLE_PASS, FOUR_PASS -> new CounterNonceSource(config.nonceLength(), random);
    };
  }
}
