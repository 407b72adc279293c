package io.tern.southbound;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.southbound.reconcile.DeviceStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes PREPARED CID configurations ACTIVE once every device that serves their pools has them:
 * devices learn a configuration before servers do, or its CIDs would be misrouted.
 *
 * <p>A device has a configuration if it has the first revision in which this promoter saw it, or a
 * later one, as far as the device takes it, and the configuration and all its server IDs are among
 * what it took. A device that was added or changed counts from then on. What a device refused of
 * other pools does not matter. Where no device serves the pool, or there is no device at all,
 * nobody can misroute a CID, and the configuration becomes ACTIVE at once; a device that joins
 * later gets configurations before VIPs.
 *
 * <p>Thread-safe. Changes are made on the executor, since the store blocks until they are durable.
 */
public final class CidConfigPromoter implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CidConfigPromoter.class);
  private static final long RETRY_SECONDS = 5;

  private final IntentStore store;
  private final SouthboundManager manager;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean pending = new AtomicBoolean();
  private final Object lock = new Object();

  /** The revision since which a value is as it is now; guarded by {@link #lock}. */
  private final Map<CidConfigKey, Since<CidConfig>> configs = new HashMap<>();

  /** Likewise. */
  private final Map<String, Since<Device>> devices = new HashMap<>();

  private IntentStore.Subscription ofStore = () -> {};
  private IntentStore.Subscription ofManager = () -> {};
  private volatile boolean closed;

  private record Since<T>(T value, long revision) {}

  /**
   * @param executor runs the changes; they block
   * @param timer hands over what is tried again because the store could not write
   */
  public CidConfigPromoter(
      IntentStore store,
      SouthboundManager manager,
      Executor executor,
      ScheduledExecutorService timer) {
    this.store = requireNonNull(store, "store");
    this.manager = requireNonNull(manager, "manager");
    this.executor = requireNonNull(executor, "executor");
    this.timer = requireNonNull(timer, "timer");
  }

  /** Begins to follow intent and devices; call once. */
  public void start() {
    ofStore = store.subscribe(intent -> schedule());
    ofManager =
        manager.addListener(
            new DeviceListener() {
              @Override
              public void onStatus(DeviceStatus status) {
                schedule();
              }

              @Override
              public void onRemoved(String deviceId) {
                schedule();
              }
            });
  }

  /** Promotes nothing any more; a change that is under way is finished. Idempotent. */
  @Override
  public void close() {
    closed = true;
    ofStore.close();
    ofManager.close();
  }

  private void schedule() {
    if (!closed && pending.compareAndSet(false, true)) {
      try {
        executor.execute(this::promoteOrLog);
      } catch (RejectedExecutionException e) {
        logger.debug("the executor has ended: nothing is promoted any more");
      }
    }
  }

  private void promoteOrLog() {
    try {
      promote();
    } catch (RuntimeException e) {
      // A defect here. An executor that keeps what tasks throw in their futures would hide it.
      logger.error("CID configurations could not be promoted", e);
    }
  }

  private void promote() {
    synchronized (lock) {
      // First: what happens from here on is cause for another round.
      pending.set(false);
      if (closed) {
        return;
      }
      Intent intent = store.current();
      Map<String, DeviceStatus> statuses = manager.statuses();
      track(configs, intent.cidConfigs(), intent.revision());
      track(devices, intent.devices(), intent.revision());
      Set<CidConfigKey> ready = new HashSet<>();
      intent
          .cidConfigs()
          .forEach(
              (key, config) -> {
                if (config.state() == CidConfig.State.PREPARED && isOnDevices(key, statuses)) {
                  ready.add(key);
                }
              });
      if (!ready.isEmpty()) {
        activate(intent, ready);
      }
    }
  }

  private static <K, V> void track(Map<K, Since<V>> known, Map<K, V> now, long revision) {
    known.keySet().retainAll(now.keySet());
    now.forEach(
        (key, value) ->
            known.compute(
                key,
                (k, before) ->
                    before != null && before.value.equals(value)
                        ? before
                        : new Since<>(value, revision)));
  }

  private boolean isOnDevices(CidConfigKey key, Map<String, DeviceStatus> statuses) {
    long config = configs.get(key).revision;
    return devices.entrySet().stream()
        .allMatch(
            device -> {
              DeviceStatus status = statuses.get(device.getKey());
              return status != null
                  && status.attemptedRevision() >= Math.max(config, device.getValue().revision)
                  && !status.missingCidConfigs().contains(key);
            });
  }

  private void activate(Intent seen, Set<CidConfigKey> ready) {
    try {
      Intent changed =
          store.update(
              current -> {
                if (!current.devices().equals(seen.devices())) {
                  // The new devices are another round's.
                  return current;
                }
                Set<CidConfigKey> still = new HashSet<>(ready);
                still.removeIf(
                    key -> !seen.cidConfigs().get(key).equals(current.cidConfigs().get(key)));
                return IntentChanges.advanceConfigs(current, still);
              });
      if (!changed.cidConfigs().equals(seen.cidConfigs())) {
        logger.info("revision {}: on every device and ACTIVE now: {}", changed.revision(), ready);
      }
    } catch (IntentException e) {
      logger.warn("{} cannot become ACTIVE now: {}", ready, e.getMessage());
      if (!closed) {
        var unused = timer.schedule(this::schedule, RETRY_SECONDS, TimeUnit.SECONDS);
      }
    }
  }
}
