package io.tern.embedded.bmv2;

import static java.util.Objects.requireNonNull;

/**
 * A program that cannot be loaded: not JSON, a missing or dangling element, or a feature that the
 * interpreter does not have. The message starts with the JSON path of the culprit.
 */
public final class InvalidProgramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final boolean unsupported;

  InvalidProgramException(String path, String problem, boolean unsupported) {
    super(requireNonNull(path, "path") + ": " + requireNonNull(problem, "problem"));
    this.path = path;
    this.unsupported = unsupported;
  }

  /** Where in the JSON, as a JSONPath such as {@code $.actions[3].primitives[0].op}. */
  public String path() {
    return path;
  }

  /** Whether the program may be right, but uses what the interpreter does not have. */
  public boolean unsupported() {
    return unsupported;
  }
}
