package io.tern.core.intent;

/**
 * The range of data-plane port numbers: v1model ports have nine bits, 511 means drop, and Tern's
 * program takes {@value #CONTROLLER} for the controller.
 */
public final class DevicePorts {
  public static final int MIN = 1;
  public static final int MAX = 510;

  /** Packets to this port go to the controller; no station or backend is behind it. */
  public static final int CONTROLLER = 255;

  private DevicePorts() {}

  /**
   * Returns {@code port} if it is in range.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static int check(int port) {
    if (port == CONTROLLER) {
      throw new IllegalArgumentException(
          "device port is " + CONTROLLER + ", which is the controller's; take another one");
    }
    if (port < MIN || port > MAX) {
      throw new IllegalArgumentException(
          "device port is " + port + "; it must be " + MIN + " to " + MAX);
    }
    return port;
  }
}
