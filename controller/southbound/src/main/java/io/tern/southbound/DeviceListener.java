package io.tern.southbound;

import io.tern.southbound.reconcile.DeviceStatus;

/** Told how far devices are. Never called by two threads at once; must not block. */
public interface DeviceListener {
  /** A device has a new status. */
  void onStatus(DeviceStatus status);

  /** A device left the intent; its session is closed and its entries stay where they are. */
  default void onRemoved(String deviceId) {}
}
