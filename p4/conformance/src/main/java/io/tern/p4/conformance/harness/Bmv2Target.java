package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import io.grpc.Channel;

/** A {@code simple_switch_grpc} that somebody else has started, its ports over gRPC. */
public final class Bmv2Target implements PacketTarget {
  private final Channel p4Runtime;
  private final long deviceId;
  private final Bmv2DataPlane dataPlane;

  /** A switch that is there; {@code dataPlane} is closed with this. */
  public Bmv2Target(Channel p4Runtime, long deviceId, Bmv2DataPlane dataPlane) {
    this.p4Runtime = requireNonNull(p4Runtime, "p4Runtime");
    this.deviceId = deviceId;
    this.dataPlane = requireNonNull(dataPlane, "dataPlane");
  }

  @Override
  public Channel p4Runtime() {
    return p4Runtime;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  @Override
  public Wire connect() {
    return dataPlane.connect();
  }

  @Override
  public void close() {
    dataPlane.close();
  }
}
