package io.tern.agent.layout;

/** An object or a descriptor that cannot be read, or that lacks what the agent needs of it. */
public final class LayoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LayoutException(String message) {
    super(message);
  }

  public LayoutException(String message, Throwable cause) {
    super(message, cause);
  }
}
