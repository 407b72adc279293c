package io.tern.benchmark.writes;

import io.tern.benchmark.MemoryStore;
import io.tern.benchmark.device.BareClient;
import io.tern.benchmark.device.BenchDevice;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Tern's southbound in charge of one device that has the program and an empty intent. */
final class Session implements AutoCloseable {
  static final long ELECTION_ID = 1;
  private static final long PATIENCE_SECONDS = 120;

  private final MemoryStore store = new MemoryStore();
  private final SouthboundManager manager;

  /**
   * Connects and waits until the device is in sync.
   *
   * @param recorder sees all requests; recording costs time
   */
  Session(BenchDevice device, Optional<WriteRecorder> recorder) throws Exception {
    SouthboundManager.Builder builder =
        SouthboundManager.builder(store, PipelineConfig.ofContract(), ElectionId.of(ELECTION_ID));
    recorder.ifPresent(r -> builder.channels(target -> BareClient.open(target, r)));
    manager = builder.build();
    manager.start();
    apply(intent -> LargeIntent.device(device.target(), device.deviceId()));
  }

  Intent intent() {
    return store.current();
  }

  /** Changes the intent and waits until the device has it; returns the nanoseconds that took. */
  long apply(IntentStore.Change change) throws Exception {
    Intent next = change.apply(store.current());
    return replace(next);
  }

  /** As {@link #apply}, without the time that making the intent takes. */
  long replace(Intent next) throws Exception {
    long start = System.nanoTime();
    long revision = update(next);
    manager
        .awaitSynced(revision, Set.of(LargeIntent.DEVICE))
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return System.nanoTime() - start;
  }

  private long update(Intent next) throws IntentException {
    return store.update(current -> next).revision();
  }

  static int updates(List<WriteRequest> requests) {
    return requests.stream().mapToInt(WriteRequest::getUpdatesCount).sum();
  }

  static int updates(List<WriteRequest> requests, int tableId) {
    return (int)
        requests.stream()
            .flatMap(request -> request.getUpdatesList().stream())
            .map(Update::getEntity)
            .filter(entity -> entity.getTableEntry().getTableId() == tableId)
            .count();
  }

  @Override
  public void close() {
    manager.close();
  }
}
