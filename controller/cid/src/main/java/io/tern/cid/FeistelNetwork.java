package io.tern.cid;

import java.util.Arrays;

/**
 * Feistel network with AES as its round function: a permutation of texts of any one length from 2
 * to 27 octets (draft-ietf-quic-load-balancers, "General Case: Four-Pass Encryption"). Thread-safe.
 */
final class FeistelNetwork {
  private final AesBlock aes;
  private final int length;
  private final int half;
  private final boolean odd;
  private final int passes;

  FeistelNetwork(AesBlock aes, int length, int passes) {
    this.aes = aes;
    this.length = length;
    this.half = (length + 1) / 2;
    this.odd = length % 2 != 0;
    this.passes = passes;
  }

  byte[] encrypt(byte[] text) {
    byte[] left = left(text);
    byte[] right = right(text);
    for (int pass = 1; pass <= passes; pass++) {
      apply(pass, left, right);
    }
    return join(left, right);
  }

  byte[] decrypt(byte[] text) {
    byte[] left = left(text);
    byte[] right = right(text);
    // Each pass is an XOR with a function of the other half: it undoes itself.
    for (int pass = passes; pass >= 1; pass--) {
      apply(pass, left, right);
    }
    return join(left, right);
  }

  /** Odd passes change the right half, even passes the left one. */
  private void apply(int pass, byte[] left, byte[] right) {
    byte[] source = pass % 2 != 0 ? left : right;
    byte[] target = pass % 2 != 0 ? right : left;
    byte[] block = expand(source, length, pass);
    aes.encrypt(block, 0);
    for (int i = 0; i < half; i++) {
      target[i] ^= block[i];
    }
    clearForeignNibble(left, right);
  }

  /** The input of AES: half of the text, zeros, the length of the text, the number of the pass. */
  static byte[] expand(byte[] input, int length, int pass) {
    byte[] block = Arrays.copyOf(input, AesBlock.LENGTH);
    block[AesBlock.LENGTH - 2] = (byte) length;
    block[AesBlock.LENGTH - 1] = (byte) pass;
    return block;
  }

  private byte[] left(byte[] text) {
    byte[] left = Arrays.copyOfRange(text, 0, half);
    if (odd) {
      left[half - 1] &= (byte) 0xf0;
    }
    return left;
  }

  private byte[] right(byte[] text) {
    byte[] right = Arrays.copyOfRange(text, length - half, length);
    if (odd) {
      right[0] &= 0x0f;
    }
    return right;
  }

  /** An odd text splits its middle octet: the high nibble is the left half's. */
  private void clearForeignNibble(byte[] left, byte[] right) {
    if (odd) {
      left[half - 1] &= (byte) 0xf0;
      right[0] &= 0x0f;
    }
  }

  private byte[] join(byte[] left, byte[] right) {
    byte[] text = Arrays.copyOf(left, length);
    for (int i = 0; i < half; i++) {
      text[length - half + i] |= right[i];
    }
    return text;
  }
}
