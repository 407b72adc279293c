package io.tern.embedded.engine;

/** A control operation that the data plane refuses; the codes are those of gRPC. */
public final class DataPlaneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Code {
    INVALID_ARGUMENT,
    NOT_FOUND,
    ALREADY_EXISTS,
    RESOURCE_EXHAUSTED,
    /** Something outside the data plane has to change first. */
    FAILED_PRECONDITION,
    UNIMPLEMENTED
  }

  private final Code code;

  public DataPlaneException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
