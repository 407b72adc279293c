package io.tern.workers;

/** Something of a group could not be done; the message says what would be right. */
public final class WorkerGroupException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WorkerGroupException(String message) {
    super(message);
  }

  WorkerGroupException(String message, Throwable cause) {
    super(message, cause);
  }
}
