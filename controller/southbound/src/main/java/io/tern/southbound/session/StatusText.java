package io.tern.southbound.session;

import io.grpc.Status;

/** How statuses read in messages to operators. */
public final class StatusText {
  private StatusText() {}

  /** "UNAVAILABLE: io exception: Connection refused: /127.0.0.1:9559". */
  public static String of(Status status) {
    StringBuilder text = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      text.append(": ").append(status.getDescription().strip().replaceAll("\\s*\\R\\s*", "; "));
    }
    // gRPC says "io exception" and leaves the reason to the cause.
    Throwable cause = status.getCause();
    if (cause != null && cause.getMessage() != null) {
      text.append(": ").append(cause.getMessage().strip().replaceAll("\\s*\\R\\s*", "; "));
    }
    return text.toString();
  }
}
