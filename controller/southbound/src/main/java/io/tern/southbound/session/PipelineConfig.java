package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.ForwardingPipelineConfig.Cookie;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The program that devices run: P4Info and target-specific binary, with a cookie that changes when
 * either does. Immutable.
 */
public final class PipelineConfig {
  private final P4Info p4Info;
  private final ByteString deviceConfig;
  private final long cookie;

  private PipelineConfig(P4Info p4Info, ByteString deviceConfig) {
    this.p4Info = requireNonNull(p4Info, "p4Info");
    this.deviceConfig = requireNonNull(deviceConfig, "deviceConfig");
    this.cookie = cookieOf(p4Info, deviceConfig);
  }

  /**
   * A program.
   *
   * @param deviceConfig what the target loads; BMv2 JSON for BMv2 and the embedded switch
   */
  public static PipelineConfig of(P4Info p4Info, ByteString deviceConfig) {
    return new PipelineConfig(p4Info, deviceConfig);
  }

  /**
   * A program from P4Info in protobuf text format, as p4c writes it.
   *
   * @throws InvalidProtocolBufferException if the text is no P4Info; names the line
   */
  public static PipelineConfig parse(String p4InfoText, ByteString deviceConfig)
      throws InvalidProtocolBufferException {
    P4Info.Builder p4Info = P4Info.newBuilder();
    try {
      TextFormat.merge(p4InfoText, p4Info);
    } catch (TextFormat.ParseException e) {
      throw new InvalidProtocolBufferException("P4Info is malformed: " + e.getMessage(), e);
    }
    return of(p4Info.build(), deviceConfig);
  }

  /** The contract: tables, actions, counters. */
  public P4Info p4Info() {
    return p4Info;
  }

  /** The first eight octets of SHA-256 over P4Info and device config. */
  public long cookie() {
    return cookie;
  }

  ForwardingPipelineConfig toProto() {
    return ForwardingPipelineConfig.newBuilder()
        .setP4Info(p4Info)
        .setP4DeviceConfig(deviceConfig)
        .setCookie(Cookie.newBuilder().setCookie(cookie))
        .build();
  }

  private static long cookieOf(P4Info p4Info, ByteString deviceConfig) {
    byte[] info = new byte[p4Info.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(info);
    // P4Info has maps, whose order is free unless it is asked for.
    out.useDeterministicSerialization();
    try {
      p4Info.writeTo(out);
      out.checkNoSpaceLeft();
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(info);
      sha256.update(deviceConfig.asReadOnlyByteBuffer());
      return ByteBuffer.wrap(sha256.digest()).getLong();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to an array cannot fail", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
