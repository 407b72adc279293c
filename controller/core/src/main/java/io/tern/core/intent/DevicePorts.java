package io.tern.core.intent;

/** The range of data-plane port numbers: v1model ports have nine bits, 511 means drop. */
public final class DevicePorts {
  public static final int MIN = 1;
  public static final int MAX = 510;

  private DevicePorts() {}

  /**
   * Returns {@code port} if it is in range.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static int check(int port) {
    if (port < MIN || port > MAX) {
      throw new IllegalArgumentException(
          "device port is " + port + "; it must be " + MIN + " to " + MAX);
    }
    return port;
  }
}
