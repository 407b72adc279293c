package io.tern.agent;

import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.device.v1.DeviceLimits;

/** What the contract has and a host does not do, as the device says it to controllers. */
final class Limits {
  private Limits() {}

  static DeviceLimits ofHost() {
    return DeviceLimits.newBuilder()
        .addUnavailableIds(Tables.L2.ID)
        .addUnavailableIds(Tables.Replica.ID)
        .addUnavailableIds(Actions.L2Forward.ID)
        .addUnavailableIds(Actions.L2Flood.ID)
        .addUnavailableIds(Actions.L2Drop.ID)
        .addUnavailableIds(Actions.ReplicateL2.ID)
        .addUnavailableIds(Actions.ReplicateIpipV4.ID)
        .addUnavailableIds(Actions.ReplicateIpipV6.ID)
        .addUnavailableIds(Actions.ReplicateGueV4.ID)
        .addUnavailableIds(Actions.ReplicateGueV6.ID)
        .addUnavailableIds(Actions.ReplicateNatV4.ID)
        .addUnavailableIds(Actions.ReplicateNatV6.ID)
        .build();
  }
}
