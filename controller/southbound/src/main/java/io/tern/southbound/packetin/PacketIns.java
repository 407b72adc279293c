package io.tern.southbound.packetin;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.tern.core.entry.Bits;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.ControllerHeaders;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.southbound.metrics.SouthboundMetrics;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the packets of all devices and shows them to a listener. Thread-safe. */
public final class PacketIns {
  private static final Logger logger = LoggerFactory.getLogger(PacketIns.class);
  private static final String UNKNOWN = "unknown";

  private final SouthboundMetrics metrics;
  private final PacketInListener listener;

  public PacketIns(SouthboundMetrics metrics, PacketInListener listener) {
    this.metrics = requireNonNull(metrics, "metrics");
    this.listener = requireNonNull(listener, "listener");
  }

  /** A device sent a packet. Never throws. */
  public void onPacketIn(String deviceId, PacketIn packet) {
    PacketSample sample = sample(deviceId, packet);
    metrics.packetIn(sample.reason());
    try {
      listener.onPacketIn(sample);
    } catch (RuntimeException e) {
      logger.error("{}: the listener for packets threw", deviceId, e);
    }
  }

  private static PacketSample sample(String deviceId, PacketIn packet) {
    Map<Integer, Integer> metadata = new TreeMap<>();
    packet
        .getMetadataList()
        .forEach(
            field ->
                metadata.put(
                    field.getMetadataId(),
                    Bits.of(field.getValue().toByteArray()).toBigInteger().intValue()));
    ByteString frame = packet.getPayload();
    return new PacketSample(
        deviceId,
        reason(metadata.getOrDefault(ControllerHeaders.PacketIn.METADATA_REASON, -1)),
        metadata.getOrDefault(ControllerHeaders.PacketIn.METADATA_INGRESS_PORT, 0),
        frame.size(),
        HexFormat.of().formatHex(frame.substring(0, HeaderOctets.of(frame)).toByteArray()));
  }

  private static String reason(int index) {
    return index >= 0 && index < Reason.values().length ? Reason.ofIndex(index).label() : UNKNOWN;
  }
}
