package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.Counter;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Table;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.ForwardingPipelineConfig.Cookie;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The program that devices run: P4Info and target-specific binary, with a cookie that changes when
 * either does. Immutable.
 */
public final class PipelineConfig {
  private final P4Info p4Info;
  private final ByteString deviceConfig;
  private final long cookie;

  private PipelineConfig(P4Info p4Info, ByteString deviceConfig, long cookie) {
    this.p4Info = requireNonNull(p4Info, "p4Info");
    this.deviceConfig = requireNonNull(deviceConfig, "deviceConfig");
    this.cookie = cookie;
  }

  /** The program of the contract, for targets that take BMv2 JSON. */
  public static PipelineConfig ofContract() {
    try {
      return parse(TernPipeline.p4InfoText(), ByteString.copyFrom(TernPipeline.bmv2Json()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the contract's P4Info is checked when it is built", e);
    }
  }

  /**
   * A program from P4Info in protobuf text format, as p4c writes it.
   *
   * @param deviceConfig what the target loads; BMv2 JSON for BMv2 and the embedded switch
   * @throws InvalidProtocolBufferException if the text is no P4Info; names line and column
   */
  public static PipelineConfig parse(String p4InfoText, ByteString deviceConfig)
      throws InvalidProtocolBufferException {
    P4Info.Builder p4Info = P4Info.newBuilder();
    try {
      TextFormat.merge(p4InfoText, p4Info);
    } catch (TextFormat.ParseException e) {
      throw new InvalidProtocolBufferException("P4Info is malformed: " + e.getMessage(), e);
    }
    return new PipelineConfig(p4Info.build(), deviceConfig, cookieOf(p4InfoText, deviceConfig));
  }

  /** The contract: tables, actions, counters. */
  public P4Info p4Info() {
    return p4Info;
  }

  /** What a device can do that runs this program. */
  public DeviceCapabilities capabilities() {
    Set<Integer> actions = new HashSet<>();
    Map<Integer, Integer> sizes = new HashMap<>();
    for (Table table : p4Info.getTablesList()) {
      table.getActionRefsList().forEach(action -> actions.add(action.getId()));
      sizes.put(table.getPreamble().getId(), size(table.getSize()));
    }
    Map<Integer, Integer> counters = new HashMap<>();
    for (Counter counter : p4Info.getCountersList()) {
      counters.put(counter.getPreamble().getId(), size(counter.getSize()));
    }
    return new DeviceCapabilities(actions, sizes, counters);
  }

  private static int size(long size) {
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /** The first eight octets of SHA-256 over the text of P4Info and the device config. */
  public long cookie() {
    return cookie;
  }

  /** As P4Runtime carries it. */
  public ForwardingPipelineConfig toProto() {
    return ForwardingPipelineConfig.newBuilder()
        .setP4Info(p4Info)
        .setP4DeviceConfig(deviceConfig)
        .setCookie(Cookie.newBuilder().setCookie(cookie))
        .build();
  }

  private static long cookieOf(String p4InfoText, ByteString deviceConfig) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(p4InfoText.getBytes(StandardCharsets.UTF_8));
      sha256.update(deviceConfig.asReadOnlyByteBuffer());
      return ByteBuffer.wrap(sha256.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
