package io.tern.app.conformance;

import io.tern.core.intent.Intent;
import io.tern.core.oracle.Frame;
import java.util.List;

/**
 * An intent, and what arrives at the device that it is planned for, in order.
 *
 * @param deviceId the device
 */
record FuzzCase(Intent intent, String deviceId, List<Arrival> arrivals) {
  FuzzCase {
    arrivals = List.copyOf(arrivals);
  }

  /**
   * A frame that arrives.
   *
   * @param port where
   * @param micros when, by the device's clock
   */
  record Arrival(int port, Frame frame, long micros) {}
}
