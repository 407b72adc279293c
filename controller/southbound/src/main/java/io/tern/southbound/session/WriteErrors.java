package io.tern.southbound.session;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.tern.proto.p4.v1.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the errors of Write (P4Runtime specification, "Error reporting messages"). */
final class WriteErrors {
  private WriteErrors() {}

  /**
   * What the device says of each update of a batch, or empty if it speaks of the batch as a whole.
   *
   * @param error what the call ended with
   * @param updates size of the batch; there is one {@code p4.v1.Error} for each update
   */
  static Optional<List<Status>> perUpdate(Throwable error, int updates) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null || status.getDetailsCount() != updates) {
      return Optional.empty();
    }
    List<Status> statuses = new ArrayList<>(updates);
    boolean anyRefused = false;
    for (Any detail : status.getDetailsList()) {
      if (!detail.is(Error.class)) {
        return Optional.empty();
      }
      try {
        Status one = toStatus(detail.unpack(Error.class));
        anyRefused |= !one.isOk();
        statuses.add(one);
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty();
      }
    }
    // A failed batch with nothing but OK in its details contradicts itself: believe the failure.
    return anyRefused ? Optional.of(statuses) : Optional.empty();
  }

  /** Whether the fault is in what was written, so that part of the batch may still be taken. */
  static boolean isAboutContent(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          UNKNOWN,
          NOT_FOUND,
          ALREADY_EXISTS,
          OUT_OF_RANGE,
          RESOURCE_EXHAUSTED,
          UNIMPLEMENTED ->
          true;
      case OK,
          CANCELLED,
          DEADLINE_EXCEEDED,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS,
          UNAUTHENTICATED ->
          false;
    };
  }

  /** The same code, and nothing of what the device said. */
  static Status withoutText(Status status) {
    return status
        .getCode()
        .toStatus()
        .withDescription("the device's words are withheld, they may quote a key");
  }

  private static Status toStatus(Error error) {
    Status status = Status.fromCodeValue(error.getCanonicalCode());
    if (status.isOk()) {
      return Status.OK;
    }
    StringBuilder text = new StringBuilder(error.getMessage());
    if (!error.getSpace().isEmpty()) {
      text.append(text.isEmpty() ? "(" : " (")
          .append(error.getSpace())
          .append(' ')
          .append(error.getCode())
          .append(')');
    }
    return text.isEmpty() ? status : status.withDescription(text.toString());
  }
}
