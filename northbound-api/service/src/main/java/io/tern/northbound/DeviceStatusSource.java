package io.tern.northbound;

import io.tern.core.intent.IntentStore.Subscription;

/** Where the API learns how devices stand. Implementations are thread-safe and do not block. */
public interface DeviceStatusSource {
  /** The newest status of a device; {@link DeviceStatus#UNKNOWN} if there is none. */
  DeviceStatus status(String deviceId);

  /**
   * Calls {@code changed} after the status of any device changed. Calls may be merged; {@code
   * changed} does not block.
   */
  Subscription onChange(Runnable changed);

  /** For a controller that has no southbound: every device is {@link DeviceStatus#UNKNOWN}. */
  static DeviceStatusSource none() {
    return new DeviceStatusSource() {
      @Override
      public DeviceStatus status(String deviceId) {
        return DeviceStatus.UNKNOWN;
      }

      @Override
      public Subscription onChange(Runnable changed) {
        return () -> {};
      }
    };
  }
}
