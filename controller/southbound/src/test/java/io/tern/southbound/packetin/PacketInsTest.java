package io.tern.southbound.packetin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tern.p4.contract.TernP4.ControllerHeaders;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.testing.Changes;
import io.tern.southbound.testing.Fabric;
import io.tern.southbound.testing.ScriptedDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets that a device copies to the controller. */
class PacketInsTest {
  /** Ethernet, IPv4, UDP; QUIC with a long header; four octets that are nobody's business. */
  private static final String HEADERS =
      "0200000000010200000000c10800"
          + "450000300000000040110000c6336401c0000201"
          + "c00001bb001c0000"
          + "c0000000010411223344020a0b";

  private final Fabric fabric = new Fabric();
  private final ScriptedDevice device = fabric.device("leaf");
  private final List<PacketSample> samples = new ArrayList<>();
  private SouthboundManager manager;

  @BeforeEach
  void connect() {
    fabric.store.apply(Changes.device("leaf"));
    start(samples::add);
  }

  private void start(PacketInListener listener) {
    if (manager != null) {
      manager.close();
    }
    manager =
        SouthboundManager.builder(
                fabric.store, Fabric.PIPELINE, ElectionId.of(fabric.store.nextElectionId()))
            .channels(target -> device.open())
            .threads(Runnable::run, fabric.timer)
            .ticker(fabric.timer.ticker())
            .random(new Random(1))
            .meters(fabric.meters)
            .packetIns(listener)
            .build();
    manager.start();
  }

  @AfterEach
  void close() {
    manager.close();
    fabric.close();
  }

  private static PacketIn packet(int reason, int port) {
    return PacketIn.newBuilder()
        .setPayload(ByteString.fromHex(HEADERS + "deadbeef"))
        .addMetadata(metadata(ControllerHeaders.PacketIn.METADATA_REASON, reason))
        .addMetadata(metadata(ControllerHeaders.PacketIn.METADATA_INGRESS_PORT, port))
        .build();
  }

  private static PacketMetadata metadata(int id, int value) {
    return PacketMetadata.newBuilder()
        .setMetadataId(id)
        .setValue(ByteString.copyFrom(new byte[] {(byte) (value >>> 8), (byte) value}))
        .build();
  }

  private double counted(String reason) {
    return fabric.meters.counter("tern.southbound.packet.ins", "reason", reason).count();
  }

  @Test
  void aPacketIsShownWithoutItsPayloadAndCounted() {
    device.send(packet(8, 300));
    assertThat(samples)
        .containsExactly(
            new PacketSample(
                "leaf", "fallback_unknown_server", 300, HEADERS.length() / 2 + 4, HEADERS));
    assertThat(counted("fallback_unknown_server")).isEqualTo(1);
  }

  @Test
  void aReasonThatTheContractDoesNotHaveIsUnknown() {
    device.send(packet(255, 1));
    device.send(PacketIn.getDefaultInstance());
    assertThat(samples).extracting(PacketSample::reason).containsExactly("unknown", "unknown");
    assertThat(counted("unknown")).isEqualTo(2);
  }

  @Test
  void aListenerThatThrowsDoesNotEndTheSession() {
    start(
        sample -> {
          throw new IllegalStateException("full");
        });
    device.send(packet(8, 1));
    device.send(packet(8, 1));
    assertThat(counted("fallback_unknown_server")).isEqualTo(2);
    assertThat(device.connections()).isEqualTo(1);
  }
}
