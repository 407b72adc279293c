package io.tern.p4.generator;

/**
 * A P4Info from which no constants can be made; the message names the object and says what would be
 * right.
 */
public final class ContractException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ContractException(String message) {
    super(message);
  }

  public ContractException(String message, Throwable cause) {
    super(message, cause);
  }
}
