package io.tern.app.demo;

import io.grpc.ManagedChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** What has to be closed, last opened first. Not thread-safe. */
final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Will close {@code resource}, and returns it. */
  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Will shut {@code channel} down, without waiting for its calls. */
  void add(ManagedChannel channel) {
    open.push(
        () -> {
          channel.shutdownNow();
          channel.awaitTermination(2, TimeUnit.SECONDS);
        });
  }

  /** Closes everything, even after a failure; throws the first one, with the others in it. */
  @Override
  public void close() throws Exception {
    Exception first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
