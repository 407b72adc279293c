package io.tern.app.compile;

/**
 * A profile that there is not, or that cannot be; the message says what was wrong and what would be
 * right.
 */
final class ProfileException extends Exception {
  private static final long serialVersionUID = 1;

  ProfileException(String message) {
    super(message);
  }
}
