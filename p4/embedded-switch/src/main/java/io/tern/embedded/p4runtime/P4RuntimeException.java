package io.tern.embedded.p4runtime;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.FormatMethod;
import io.grpc.Status;
import io.tern.embedded.engine.DataPlaneException;

/**
 * A request, an update or a stream message that the device refuses; says why, for the controller.
 */
final class P4RuntimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  P4RuntimeException(Status.Code code, String message) {
    // The stack says nothing that the message does not, and batches may have many of these.
    super(message, null, false, false);
    this.code = requireNonNull(code, "code");
  }

  @FormatMethod
  static P4RuntimeException invalidArgument(String format, Object... arguments) {
    return new P4RuntimeException(Status.Code.INVALID_ARGUMENT, String.format(format, arguments));
  }

  @FormatMethod
  static P4RuntimeException notFound(String format, Object... arguments) {
    return new P4RuntimeException(Status.Code.NOT_FOUND, String.format(format, arguments));
  }

  @FormatMethod
  static P4RuntimeException permissionDenied(String format, Object... arguments) {
    return new P4RuntimeException(Status.Code.PERMISSION_DENIED, String.format(format, arguments));
  }

  @FormatMethod
  static P4RuntimeException unimplemented(String format, Object... arguments) {
    return new P4RuntimeException(Status.Code.UNIMPLEMENTED, String.format(format, arguments));
  }

  static P4RuntimeException of(DataPlaneException refused) {
    Status.Code code =
        switch (refused.code()) {
          case INVALID_ARGUMENT -> Status.Code.INVALID_ARGUMENT;
          case NOT_FOUND -> Status.Code.NOT_FOUND;
          case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
          case RESOURCE_EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
          case FAILED_PRECONDITION -> Status.Code.FAILED_PRECONDITION;
          case UNIMPLEMENTED -> Status.Code.UNIMPLEMENTED;
        };
    return new P4RuntimeException(code, refused.getMessage());
  }

  Status.Code code() {
    return code;
  }

  Status toStatus() {
    return code.toStatus().withDescription(getMessage());
  }
}
