package io.tern.southbound.session;

import io.grpc.Status;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.metrics.SouthboundMetrics;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Writes one list of updates: batches, several in flight, in no particular order among each other.
 *
 * <p>The list may be a view that makes its updates when it is asked for them: that happens when
 * their batch is sent, while the device is at work on those before.
 *
 * <p>A target may refuse a batch as a whole for the sake of one update. Such a batch is halved and
 * sent again until the culprit stands alone, so that it does not take its neighbours down. After
 * {@value #MAX_LONE_REFUSALS} culprits found in this way the target is taken at its word, and what
 * it refuses as a whole counts as refused: otherwise a target that refuses everything would get
 * twice as many RPCs as there are updates.
 *
 * <p>Devices like to quote what they refuse. Of batches with entries that carry keys only the code
 * of the error is kept: these texts end up in logs and in the status of the device.
 */
final class BatchWriter {
  static final int MAX_LONE_REFUSALS = 64;

  private record Range(int from, int to) {
    int size() {
      return to - from;
    }
  }

  private final DeviceContext context;
  private final P4RuntimeCalls calls;
  private final List<Update> updates;
  private final int window;
  private final SouthboundMetrics metrics;
  private final Deque<Range> waiting = new ArrayDeque<>();
  private final BitSet acknowledged = new BitSet();
  private final SortedMap<Integer, Status> refused = new TreeMap<>();
  private final Map<Update.Type, Long> writtenByType = new EnumMap<>(Update.Type.class);
  private final CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
  private Optional<Status> broken = Optional.empty();
  private int inFlight;
  private int loneRefusals;

  BatchWriter(
      DeviceContext context,
      P4RuntimeCalls calls,
      List<Update> updates,
      SessionOptions options,
      SouthboundMetrics metrics) {
    this.context = context;
    this.calls = calls;
    this.updates = updates;
    this.window = options.window();
    this.metrics = metrics;
    for (int from = 0; from < updates.size(); from += options.batchSize()) {
      waiting.add(new Range(from, Math.min(from + options.batchSize(), updates.size())));
    }
  }

  /** Begins; call once. Completes normally, whatever the device says. */
  CompletableFuture<WriteOutcome> start() {
    proceed();
    return outcome;
  }

  private void proceed() {
    while (broken.isEmpty() && inFlight < window && !waiting.isEmpty()) {
      Range range = waiting.remove();
      List<Update> batch = List.copyOf(updates.subList(range.from, range.to));
      inFlight++;
      context.whenDone(
          calls.write(batch),
          (ok, error) -> {
            inFlight--;
            answered(range, batch, error);
            proceed();
          });
    }
    if (inFlight == 0 && (broken.isPresent() || waiting.isEmpty()) && !outcome.isDone()) {
      writtenByType.forEach((type, count) -> metrics.written(type.name(), count));
      refused.values().forEach(status -> metrics.refused(status.getCode()));
      outcome.complete(new WriteOutcome(acknowledged, refused, broken));
    }
  }

  private void answered(Range range, List<Update> batch, Throwable error) {
    if (error == null) {
      for (int i = range.from; i < range.to; i++) {
        acknowledge(i, batch.get(i - range.from));
      }
      return;
    }
    Optional<List<Status>> perUpdate = WriteErrors.perUpdate(error, range.size());
    if (perUpdate.isPresent()) {
      for (int i = range.from; i < range.to; i++) {
        Status status = perUpdate.get().get(i - range.from);
        if (status.isOk()) {
          acknowledge(i, batch.get(i - range.from));
        } else {
          refused.put(
              i,
              mayQuoteKeys(List.of(batch.get(i - range.from)))
                  ? WriteErrors.withoutText(status)
                  : status);
        }
      }
      return;
    }
    Status status = Status.fromThrowable(error);
    if (mayQuoteKeys(batch)) {
      status = WriteErrors.withoutText(status);
    }
    if (!WriteErrors.isAboutContent(status.getCode())) {
      broken = Optional.of(broken.orElse(status));
    } else if (range.size() == 1 || loneRefusals >= MAX_LONE_REFUSALS) {
      loneRefusals++;
      for (int i = range.from; i < range.to; i++) {
        refused.put(i, status);
      }
    } else {
      int middle = (range.from + range.to) >>> 1;
      waiting.addFirst(new Range(middle, range.to));
      waiting.addFirst(new Range(range.from, middle));
    }
  }

  /** Whether what a device says of these updates may quote round keys out of them. */
  private static boolean mayQuoteKeys(List<Update> batch) {
    return batch.stream()
        .anyMatch(update -> update.getEntity().getTableEntry().getTableId() == Tables.CidConfig.ID);
  }

  private void acknowledge(int index, Update update) {
    acknowledged.set(index);
    writtenByType.merge(update.getType(), 1L, Long::sum);
  }
}
