package io.tern.southbound.reconcile;

import com.google.common.collect.Lists;
import io.grpc.Status;
import io.tern.core.planner.Difference;
import io.tern.core.planner.Operation;
import io.tern.core.planner.Rollout;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.codec.OperationCodec;
import io.tern.southbound.codec.OperationEncoder;
import io.tern.southbound.session.P4RuntimeSession;
import io.tern.southbound.session.StatusText;
import io.tern.southbound.session.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Writes the stages of one difference, each when the device has answered to all of the former.
 * Foreign entities go first: one may sit where an entry of ours has to go.
 *
 * <p>A refused operation does not stop the others, but for what would point into nothing without
 * it: {@link Rollout} says what is withheld. Confined to the device's context; good for one
 * difference.
 */
final class RolloutWriter {
  /**
   * How it ended.
   *
   * @param problems what was refused or withheld, in words; few of many
   * @param failed the operations that these are about, all of them
   * @param broken why writing stopped before the end
   */
  record Result(List<String> problems, List<Operation> failed, Optional<Status> broken) {
    boolean isComplete() {
      return problems.isEmpty() && broken.isEmpty();
    }
  }

  private final P4RuntimeSession session;
  private final Rollout rollout;
  private final EntityNames names;
  private final LongConsumer onWritten;
  private final OperationEncoder encoder = new OperationEncoder();
  private final BooleanSupplier mayGoOn;
  private final List<String> problems = new ArrayList<>();
  private final List<Operation> failed = new ArrayList<>();
  private int unreported;

  /**
   * @param onWritten told after each stage how many updates the device acknowledged
   * @param mayGoOn asked before each stage; the difference is stale once the connection or the
   *     mastership was lost, even if it came back
   */
  RolloutWriter(
      P4RuntimeSession session,
      Difference difference,
      EntityNames names,
      LongConsumer onWritten,
      BooleanSupplier mayGoOn) {
    this.session = session;
    this.rollout = new Rollout(difference);
    this.names = names;
    this.onWritten = onWritten;
    this.mayGoOn = mayGoOn;
  }

  /** Writes everything; call once. Completes normally, whatever the device says. */
  CompletableFuture<Result> write(List<ForeignEntity> foreign) {
    if (foreign.isEmpty()) {
      return writeStages();
    }
    List<Update> removals =
        foreign.stream().map(f -> OperationCodec.toRemoval(f.entity())).toList();
    return session
        .write(removals)
        .thenCompose(
            outcome -> {
              outcome
                  .refused()
                  .forEach(
                      (i, status) ->
                          report(
                              "removal of foreign "
                                  + foreign.get(i).description()
                                  + " was refused: "
                                  + StatusText.of(status)));
              onWritten.accept(outcome.acknowledgedCount());
              return outcome.broken().isPresent() ? done(outcome.broken()) : writeStages();
            });
  }

  private CompletableFuture<Result> writeStages() {
    if (!mayGoOn.getAsBoolean()) {
      return done(Optional.of(Status.ABORTED.withDescription("the session was lost meanwhile")));
    }
    Optional<Difference.Stage> stage = rollout.next();
    if (stage.isEmpty()) {
      for (Operation withheld : rollout.withheld()) {
        failed.add(withheld);
        report(names.describe(withheld) + " is withheld: it depends on what was refused");
      }
      return done(Optional.empty());
    }
    List<Operation> operations = stage.get().operations();
    return session
        .write(Lists.transform(operations, encoder::toUpdate))
        .thenCompose(
            outcome -> {
              take(operations, outcome);
              return outcome.broken().isPresent() ? done(outcome.broken()) : writeStages();
            });
  }

  private void take(List<Operation> operations, WriteOutcome outcome) {
    outcome
        .refused()
        .forEach(
            (i, status) -> {
              Operation operation = operations.get(i);
              failed.add(operation);
              rollout.refused(operation);
              report(names.describe(operation) + " was refused: " + StatusText.of(status));
            });
    onWritten.accept(outcome.acknowledgedCount());
  }

  private void report(String problem) {
    // One place is left for the number of the others.
    if (problems.size() < DeviceStatus.MAX_PROBLEMS - 1) {
      problems.add(problem);
    } else {
      unreported++;
    }
  }

  private CompletableFuture<Result> done(Optional<Status> broken) {
    if (unreported > 0) {
      problems.add("and " + unreported + " more like these");
    }
    return CompletableFuture.completedFuture(new Result(problems, failed, broken));
  }
}
