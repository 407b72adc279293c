package io.tern.southbound.realtarget;

import java.io.IOException;

/** A real P4Runtime target that a test starts and stops, always at the same address. */
public interface P4RuntimeTarget extends AutoCloseable {
  /** What it is, for the log of the tests. */
  String name();

  /** "127.0.0.1:port". */
  String address();

  long deviceId();

  /** Starts it without a program. */
  void start() throws IOException;

  /** Stops it; it forgets everything. Idempotent. */
  void stop();

  @Override
  default void close() {
    stop();
  }
}
