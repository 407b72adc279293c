package io.tern.app.compile;

/** A bundle that must not be used; the message names bundle and file, and says why. */
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1;

  BundleException(String message) {
    super(message);
  }
}
