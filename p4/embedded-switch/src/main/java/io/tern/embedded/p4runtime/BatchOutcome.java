package io.tern.embedded.p4runtime;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.proto.p4.v1.Error;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of the elements of a batch, in P4Runtime's encoding (section 12.3): gRPC status
 * UNKNOWN whose {@code google.rpc.Status} has one {@code p4.v1.Error} per element, in their order.
 */
final class BatchOutcome {
  private static final Logger log = LoggerFactory.getLogger(BatchOutcome.class);

  /** The error space of this target; the codes in it are the canonical ones. */
  private static final String SPACE = "tern-embedded-switch";

  private static final Error OK = Error.newBuilder().setCanonicalCode(Code.OK_VALUE).build();

  private final List<Error> outcomes = new ArrayList<>();
  private int failures;

  /** Runs one element and notes its outcome; tells whether it succeeded. */
  boolean attempt(Runnable element) {
    try {
      element.run();
      outcomes.add(OK);
      return true;
    } catch (P4RuntimeException e) {
      fail(e);
    } catch (DataPlaneException e) {
      fail(P4RuntimeException.of(e));
    } catch (RuntimeException e) {
      log.error("An element of a batch met a fault of the switch", e);
      fail(new P4RuntimeException(Status.Code.INTERNAL, "fault of the switch: " + e));
    }
    return false;
  }

  /** An element that had succeeded turned out not to. */
  void failLate(int element, P4RuntimeException reason) {
    if (outcomes.set(element, error(reason)).getCanonicalCode() == Code.OK_VALUE) {
      failures++;
    }
  }

  void fail(P4RuntimeException reason) {
    outcomes.add(error(reason));
    failures++;
  }

  /** Replaces the outcomes of all elements that succeeded so far. */
  void failSucceeded(P4RuntimeException reason) {
    Error error = error(reason);
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i).getCanonicalCode() == Code.OK_VALUE) {
        outcomes.set(i, error);
        failures++;
      }
    }
  }

  int failures() {
    return failures;
  }

  int successes() {
    return outcomes.size() - failures;
  }

  /** The error to answer with; null if every element succeeded. */
  StatusRuntimeException toException(String batch) {
    if (failures == 0) {
      return null;
    }
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(Code.UNKNOWN_VALUE)
            .setMessage(batch + ": " + failures + " of " + outcomes.size() + " failed");
    for (Error outcome : outcomes) {
      status.addDetails(Any.pack(outcome));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static Error error(P4RuntimeException reason) {
    return Error.newBuilder()
        .setCanonicalCode(reason.code().value())
        .setMessage(reason.getMessage())
        .setSpace(SPACE)
        .setCode(reason.code().value())
        .build();
  }
}
