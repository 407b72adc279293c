package io.tern.embedded.p4runtime;

import io.grpc.Server;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** The end of the gRPC servers of a device. */
public final class ServerShutdown {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private ServerShutdown() {}

  /**
   * Ends streams at once, lets requests finish for two seconds in all, and cuts off the rest; then
   * no call runs, and nothing that calls ran on is needed any more. An interrupt makes it hurry.
   */
  public static void end(P4RuntimeDevice device, Collection<Server> servers) {
    servers.forEach(Server::shutdown);
    device.disconnectAll();
    boolean interrupted = !ended(servers);
    servers.forEach(Server::shutdownNow);
    // What was cut off still hears of it.
    interrupted |= !ended(servers);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** False if the wait was interrupted. */
  private static boolean ended(Collection<Server> servers) {
    long deadline = System.nanoTime() + GRACE.toNanos();
    try {
      for (Server server : servers) {
        server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
