package io.tern.southbound.testing;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.reconcile.DeviceStatus;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A store, a manager and scripted devices, in a time that stands still. */
public final class Fabric implements AutoCloseable {
  public static final PipelineConfig PIPELINE = PipelineConfig.ofContract();

  public final FakeTimer timer = new FakeTimer();
  public final ScriptedStore store = new ScriptedStore();
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<String, ScriptedDevice> devices = new LinkedHashMap<>();
  private DeviceCapabilities capabilities = DeviceCapabilities.ofContract();
  private SouthboundManager manager;

  /** The device that listens at "{id}:9559". */
  public ScriptedDevice device(String id) {
    return devices.computeIfAbsent(id + ":9559", target -> new ScriptedDevice(timer));
  }

  /** What the controllers that begin from now on take the devices to be able to do. */
  public void capabilities(DeviceCapabilities capabilities) {
    this.capabilities = capabilities;
  }

  /** Begins a controller; its election ID is larger than that of every one before. */
  public SouthboundManager startManager() {
    manager =
        SouthboundManager.builder(store, PIPELINE, ElectionId.of(store.nextElectionId()))
            .channels(target -> device(target.substring(0, target.indexOf(':'))).open())
            .threads(Runnable::run, timer)
            .ticker(timer.ticker())
            .random(new Random(1))
            .meters(meters)
            .capabilities(capabilities)
            .build();
    manager.start();
    return manager;
  }

  public SouthboundManager manager() {
    return manager;
  }

  public DeviceStatus status(String device) {
    return manager.status(device).orElseThrow();
  }

  @Override
  public void close() {
    if (manager != null) {
      manager.close();
    }
    devices.values().forEach(ScriptedDevice::close);
  }
}
