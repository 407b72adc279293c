package io.tern.app.compile;

/**
 * p4c is not there, refused the program, or took too long; the message says which, and all that p4c
 * said.
 */
final class CompilerException extends Exception {
  private static final long serialVersionUID = 1;

  CompilerException(String message) {
    super(message);
  }
}
