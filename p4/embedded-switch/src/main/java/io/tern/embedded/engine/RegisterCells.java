package io.tern.embedded.engine;

import io.tern.embedded.bmv2.RegisterArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;

/**
 * The cells of a register array. Written by the packet thread; what the control plane writes or
 * reads is seen eventually, word by word.
 */
final class RegisterCells {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  final RegisterArray register;
  final int limbs;
  private final long topMask;
  private final long[] words;

  RegisterCells(RegisterArray register) {
    this.register = register;
    this.limbs = Layout.limbs(register.width());
    this.topMask = Layout.mask(register.width() - 64 * (limbs - 1));
    this.words = new long[Math.multiplyExact(register.size(), limbs)];
  }

  boolean contains(long index) {
    return index >= 0 && index < register.size();
  }

  /** A word of the cell; 0 out of bounds. */
  long word(long index, int limb) {
    return contains(index) ? (long) WORD.getOpaque(words, (int) index * limbs + limb) : 0;
  }

  /** Sets a word and cuts it to the width; nothing out of bounds. */
  void setWord(long index, int limb, long value) {
    if (contains(index)) {
      WORD.setOpaque(
          words, (int) index * limbs + limb, limb == limbs - 1 ? value & topMask : value);
    }
  }

  BigInteger get(int index) {
    BigInteger value = BigInteger.ZERO;
    for (int limb = limbs - 1; limb >= 0; limb--) {
      value = value.shiftLeft(64).or(Words.unsigned(word(index, limb)));
    }
    return value;
  }

  void set(int index, BigInteger value) {
    for (int limb = 0; limb < limbs; limb++) {
      setWord(index, limb, value.shiftRight(64 * limb).longValue());
    }
  }
}
