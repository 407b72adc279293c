package io.tern.southbound.session;

import io.grpc.ManagedChannel;

/** Opens gRPC channels to devices. Thread-safe. */
@FunctionalInterface
public interface ChannelFactory {
  /**
   * A new channel; the caller shuts it down. Does not block: what is wrong with the target shows in
   * the first call.
   *
   * @param target "host:port" or "[v6]:port"
   */
  ManagedChannel open(String target);
}
