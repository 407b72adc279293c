package io.tern.quicserver;

import io.grpc.Status;
import java.time.Duration;

/**
 * Hears what a {@link QuicServerConfigClient} receives. Calls come one at a time, in the order of
 * the stream, from threads of gRPC: return soon. What a listener throws is logged and stops nobody
 * else.
 */
public interface ServerConfigListener {
  /** A configuration came that is legal: whole, not a difference. */
  void onConfig(ServerConfig config);

  /** A configuration came that breaks a rule; the last one stays in force. */
  default void onRefused(InvalidServerConfigException reason) {}

  /** The stream broke; the last configuration stays in force. */
  default void onDisconnected(Status status, Duration retryIn) {}
}
