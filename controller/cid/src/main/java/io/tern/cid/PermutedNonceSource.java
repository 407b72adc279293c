package io.tern.cid;

import java.security.SecureRandom;

/**
 * A counter behind a permutation with a secret key: nonces never repeat, and to those who do not
 * know the key they look random. Random nonces would repeat: 4 octets after some 65,000 CIDs.
 */
final class PermutedNonceSource implements NonceSource {
  // The draft finds four passes open to distinguishing attacks by observers who know the plain
  // text, and twelve safe. A counter is as good as known, and issuing a CID can afford twelve.
  private static final int PASSES = 12;

  private final CounterNonceSource counter;
  private final FeistelNetwork permutation;

  PermutedNonceSource(int length, SecureRandom random) {
    byte[] key = new byte[CidKey.LENGTH];
    random.nextBytes(key);
    this.counter = new CounterNonceSource(length, random);
    this.permutation = new FeistelNetwork(new AesBlock(CidKey.of(key)), length, PASSES);
  }

  @Override
  public Nonce next() {
    return Nonce.of(permutation.encrypt(counter.next().toByteArray()));
  }

  @Override
  public long remaining() {
    return counter.remaining();
  }
}
