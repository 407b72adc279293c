package io.tern.quicserver;

/** The controller sent a configuration that breaks a rule. The message names field and rule. */
public final class InvalidServerConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidServerConfigException(String message) {
    super(message);
  }
}
