package io.tern.cid;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-128-ECB of single blocks. Thread-safe: each thread has ciphers of its own, made at its first
 * use, so that a call costs the block alone.
 */
final class AesBlock {
  static final int LENGTH = 16;

  private final ThreadLocal<Cipher> encryptor;
  private final ThreadLocal<Cipher> decryptor;

  AesBlock(CidKey key) {
    SecretKeySpec spec = new SecretKeySpec(key.toByteArray(), "AES");
    encryptor = ThreadLocal.withInitial(() -> cipher(Cipher.ENCRYPT_MODE, spec));
    decryptor = ThreadLocal.withInitial(() -> cipher(Cipher.DECRYPT_MODE, spec));
  }

  /** Encrypts 16 octets at the offset in place. */
  void encrypt(byte[] octets, int offset) {
    apply(encryptor.get(), octets, offset);
  }

  /** Decrypts 16 octets at the offset in place. */
  void decrypt(byte[] octets, int offset) {
    apply(decryptor.get(), octets, offset);
  }

  private static void apply(Cipher cipher, byte[] octets, int offset) {
    try {
      cipher.doFinal(octets, offset, LENGTH, octets, offset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES refused a block of 16 octets", e);
    }
  }

  // ECB of one block is the raw block cipher, which is what the draft builds upon.
  private static Cipher cipher(int mode, SecretKeySpec key) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(mode, key);
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no AES-128-ECB", e);
    }
  }
}
