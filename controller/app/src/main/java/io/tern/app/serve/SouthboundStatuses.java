package io.tern.app.serve;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.IntentStore.Subscription;
import io.tern.northbound.DeviceStatus;
import io.tern.northbound.DeviceStatusSource;
import io.tern.southbound.DeviceListener;
import io.tern.southbound.SouthboundManager;

/** The statuses of the southbound side, as the northbound API shows them. Thread-safe. */
final class SouthboundStatuses implements DeviceStatusSource {
  private final SouthboundManager southbound;

  SouthboundStatuses(SouthboundManager southbound) {
    this.southbound = requireNonNull(southbound, "southbound");
  }

  @Override
  public DeviceStatus status(String deviceId) {
    return southbound
        .status(deviceId)
        .map(SouthboundStatuses::toNorthbound)
        .orElse(DeviceStatus.UNKNOWN);
  }

  @Override
  public Subscription onChange(Runnable changed) {
    return southbound.addListener(
        new DeviceListener() {
          @Override
          public void onStatus(io.tern.southbound.reconcile.DeviceStatus status) {
            changed.run();
          }

          @Override
          public void onRemoved(String deviceId) {
            changed.run();
          }
        });
  }

  static DeviceStatus toNorthbound(io.tern.southbound.reconcile.DeviceStatus status) {
    DeviceStatus.Connection connection =
        switch (status.state()) {
          case CONNECTING -> DeviceStatus.Connection.CONNECTING;
          case SYNCING -> DeviceStatus.Connection.SYNCING;
          case IN_SYNC -> DeviceStatus.Connection.IN_SYNC;
          case DEGRADED -> DeviceStatus.Connection.DEGRADED;
        };
    return new DeviceStatus(
        connection, status.syncedRevision(), status.entitiesWritten(), status.problems());
  }
}
