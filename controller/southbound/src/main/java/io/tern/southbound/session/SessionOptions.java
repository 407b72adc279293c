package io.tern.southbound.session;

import java.time.Duration;

/**
 * Times and sizes of a session.
 *
 * @param arbitrationTimeout from opening the channel to the device's answer to our election ID
 * @param readTimeout for one Read, all its messages included
 * @param writeTimeout for one batch
 * @param pipelineTimeout for SetForwardingPipelineConfig, which may load a program into hardware
 * @param heartbeatInterval idle time after which the device is asked for its cookie
 * @param heartbeatTimeout after which a device that does not answer counts as lost
 * @param initialBackoff first delay before a reconnection
 * @param maxBackoff largest delay before a reconnection
 * @param batchSize most updates in one Write
 * @param window most Writes in flight
 */
public record SessionOptions(
    Duration arbitrationTimeout,
    Duration readTimeout,
    Duration writeTimeout,
    Duration pipelineTimeout,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    Duration initialBackoff,
    Duration maxBackoff,
    int batchSize,
    int window) {

  /**
   * For devices in one network. The batch size is where targets level off: larger batches gain
   * nothing and make one refused message cost more.
   */
  public static final SessionOptions DEFAULT =
      new SessionOptions(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          500,
          4);

  public SessionOptions {
    positive("arbitration timeout", arbitrationTimeout);
    positive("read timeout", readTimeout);
    positive("write timeout", writeTimeout);
    positive("pipeline timeout", pipelineTimeout);
    positive("heartbeat interval", heartbeatInterval);
    positive("heartbeat timeout", heartbeatTimeout);
    positive("initial backoff", initialBackoff);
    positive("largest backoff", maxBackoff);
    if (batchSize < 1 || window < 1) {
      throw new IllegalArgumentException(
          "batch size is " + batchSize + " and window " + window + "; both must be at least 1");
    }
  }

  private static void positive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(what + " is " + duration + "; it must be positive");
    }
  }
}
