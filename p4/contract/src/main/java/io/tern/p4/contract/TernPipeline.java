package io.tern.p4.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The compiled P4 program, as a P4Runtime {@code ForwardingPipelineConfig} wants it. Thread-safe;
 * read once from the class path.
 */
public final class TernPipeline {
  private static final byte[] P4INFO = resource("tern.p4info.txtpb");
  private static final byte[] BMV2_JSON = resource("tern.json");
  private static final long COOKIE = digest();

  private TernPipeline() {}

  /** The P4Info in protobuf's text format. */
  public static String p4InfoText() {
    return new String(P4INFO, StandardCharsets.UTF_8);
  }

  /** The program as BMv2 takes it: its {@code p4_device_config}. A copy. */
  public static byte[] bmv2Json() {
    return BMV2_JSON.clone();
  }

  /**
   * Names this very program: the first eight octets of the SHA-256 of P4Info and JSON. A device
   * that reports this cookie needs no new pipeline.
   */
  public static long cookie() {
    return COOKIE;
  }

  private static long digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(P4INFO);
      sha256.update(BMV2_JSON);
      return ByteBuffer.wrap(sha256.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = TernPipeline.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "the class path has no " + name + " next to " + TernPipeline.class.getName());
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
