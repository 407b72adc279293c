package io.tern.northbound;

import io.tern.core.intent.IntentStore.Subscription;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Statuses that a test sets. */
final class FakeDeviceStatuses implements DeviceStatusSource {
  private final Map<String, DeviceStatus> statuses = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  void set(String deviceId, DeviceStatus status) {
    statuses.put(deviceId, status);
    listeners.forEach(Runnable::run);
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public DeviceStatus status(String deviceId) {
    return statuses.getOrDefault(deviceId, DeviceStatus.UNKNOWN);
  }

  @Override
  public Subscription onChange(Runnable changed) {
    listeners.add(changed);
    return () -> listeners.remove(changed);
  }
}
