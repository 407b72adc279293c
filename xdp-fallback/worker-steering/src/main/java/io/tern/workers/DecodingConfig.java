package io.tern.workers;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.QuicLbConfig;
import java.nio.ByteBuffer;

/**
 * A CID configuration as {@code struct cid_config} has it (xdp-fallback/bpf, layout.h), with the
 * worker part of the server ID in place of all of it.
 */
final class DecodingConfig {
  /** Octets of the structure. */
  static final int LENGTH = 72;

  /** Of {@code generation}, the last field. */
  static final int GENERATION_AT = LENGTH - Long.BYTES;

  /** Octets that a mask has. */
  private static final int MASK_LENGTH = 2 * Long.BYTES;

  private static final int HIGH_NIBBLE = 0xf0;
  private static final int LOW_NIBBLE = 0x0f;

  private DecodingConfig() {}

  /**
   * The structure; its memos' generation is left 0.
   *
   * @param out in native order, with room
   */
  static void write(QuicLbConfig config, WorkerPart part, ByteBuffer out) {
    if (part.offset() + part.length() > config.serverIdLength()) {
      throw new IllegalArgumentException(
          "the worker part ends at octet "
              + (part.offset() + part.length())
              + " of server IDs that have "
              + config.serverIdLength());
    }
    int sum = config.cidLength() - 1;
    byte[] mask = new byte[MASK_LENGTH];
    fill(mask, part.offset(), part.length());
    boolean odd = sum % 2 != 0;
    int half = sum / 2;
    byte[] left = new byte[MASK_LENGTH];
    byte[] right = new byte[MASK_LENGTH];
    fill(left, 0, half);
    fill(right, 0, sum - half);
    if (odd) {
      // The halves share the octet in the middle (draft, "Four-Pass Encryption").
      left[half] = (byte) HIGH_NIBBLE;
      right[0] = LOW_NIBBLE;
    }
    boolean behindLeft = false;
    for (int i = 0; i < MASK_LENGTH; i++) {
      behindLeft |= (mask[i] & ~left[i]) != 0;
    }
    boolean fourPass = config.algorithm() == CidAlgorithm.FOUR_PASS;
    out.put((byte) algorithm(config.algorithm()));
    out.put((byte) config.cidLength());
    out.put((byte) (config.lengthSelfDescription() ? 1 : 0));
    out.put((byte) (fourPass && behindLeft ? 1 : 0));
    out.putShort((short) 0).putShort((short) 0);
    out.put(mask);
    out.put(fourPass ? left : new byte[MASK_LENGTH]);
    out.put(fourPass ? right : new byte[MASK_LENGTH]);
    out.putInt(fourPass ? half : 0);
    // One key for each configuration: its index is the codepoint.
    out.putInt(config.codepoint());
    out.putLong(0);
  }

  /** {@code enum algorithm}. */
  private static int algorithm(CidAlgorithm algorithm) {
    return switch (algorithm) {
      case PLAINTEXT -> 1;
      case SINGLE_PASS -> 2;
      case FOUR_PASS -> 3;
    };
  }

  private static void fill(byte[] mask, int from, int octets) {
    for (int i = from; i < from + octets; i++) {
      mask[i] = (byte) 0xff;
    }
  }
}
