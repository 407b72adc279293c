package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.quic.QuicSslContext;
import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets all clients transfer at once; each is rebound by its NAT once and changes its network once,
 * at moments of its own in the middle of its transfer.
 */
final class ClientRun {
  /** Clients start within this many pauses, or more of them if they are many. */
  private static final int START_SPREAD = 10;

  private static final int STARTS_PER_PAUSE = 5;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Load load;
  private final AccessNetwork network;
  private final EventLoopGroup group;
  private final QuicSslContext tls;

  private final AtomicInteger chunks = new AtomicInteger();
  private final AtomicInteger rebindings = new AtomicInteger();
  private final AtomicInteger networkChanges = new AtomicInteger();

  /**
   * What the clients do.
   *
   * @param clients how many there are
   * @param chunks how many chunks each transfers, at least 3
   * @param pauseMillis between two chunks of a client
   * @param stallAfterMillis without any progress a connection counts as dead
   * @param seed decides contents and the moments of migration
   */
  record Load(int clients, int chunks, long pauseMillis, long stallAfterMillis, long seed) {}

  /**
   * How far the clients are.
   *
   * @param chunks that have come back, of all clients
   * @param rebindings that the NAT has made
   * @param networkChanges that clients have made
   * @param complete transfers that have come to their end
   * @param dead transfers that ended early
   */
  record Status(int chunks, int rebindings, int networkChanges, int complete, int dead) {}

  /**
   * How the clients fared.
   *
   * @param failures why connections died, with how many did
   */
  record Result(int survived, int rebindings, int networkChanges, Map<String, Integer> failures) {}

  /** Told how far the clients are, about ten times a second; the transfers go on meanwhile. */
  @FunctionalInterface
  interface Observer {
    void observe(Status status) throws IOException, InterruptedException;
  }

  /**
   * @param group the clients' event loops; stays the caller's
   */
  ClientRun(Load load, AccessNetwork network, EventLoopGroup group, QuicSslContext tls) {
    this.load = requireNonNull(load, "load");
    this.network = requireNonNull(network, "network");
    this.group = requireNonNull(group, "group");
    this.tls = requireNonNull(tls, "tls");
  }

  /**
   * Runs the clients to the end of the last transfer.
   *
   * @param vips the clients talk to them by turns
   */
  Result run(List<Endpoint> vips, Observer observer) throws IOException, InterruptedException {
    Random random = new Random(load.seed());
    List<CompletableFuture<TransferClient.Outcome>> running = new ArrayList<>();
    for (int i = 0; i < load.clients(); i++) {
      running.add(start(vips.get(i % vips.size()), random));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0]));
    while (!all.isDone()) {
      try {
        all.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        observer.observe(status(running));
      } catch (ExecutionException e) {
        throw new IllegalStateException("outcomes never fail", e);
      }
    }
    observer.observe(status(running));
    Map<String, Integer> failures = new TreeMap<>();
    int survived = 0;
    for (CompletableFuture<TransferClient.Outcome> one : running) {
      if (one.join().survived()) {
        survived++;
      } else {
        failures.merge(one.join().failure(), 1, Integer::sum);
      }
    }
    return new Result(survived, rebindings.get(), networkChanges.get(), failures);
  }

  private CompletableFuture<TransferClient.Outcome> start(Endpoint vip, Random random)
      throws IOException {
    AccessNetwork.Line line = network.connect(vip);
    // The middle thirds: well after the handshake, when both sides have given each other the CIDs
    // that new paths need, and with something left to transfer.
    int third = load.chunks() / 3;
    int rebindAt = third - random.nextInt((third + 1) / 2);
    int moveAt = third + 1 + random.nextInt(third);
    // Not all at once: real clients do not, and a burst of handshakes would only fill socket
    // buffers.
    int pauses = Math.max(START_SPREAD, load.clients() / STARTS_PER_PAUSE);
    long delay = load.pauseMillis() * random.nextInt(pauses);
    TransferClient client =
        new TransferClient(
            group,
            tls,
            line.clientSide(),
            new TransferClient.Transfer(
                load.chunks(),
                Duration.ofMillis(load.pauseMillis()),
                Duration.ofMillis(load.stallAfterMillis()),
                random.nextLong()),
            // A NAT forgets an idle binding: the next thing on the new path is data, not the
            // acknowledgement of what came last.
            done -> migrate(line, done == rebindAt, done == moveAt),
            done -> chunks.incrementAndGet());
    CompletableFuture<TransferClient.Outcome> outcome = new CompletableFuture<>();
    group.schedule(() -> client.run().thenAccept(outcome::complete), delay, TimeUnit.MILLISECONDS);
    return outcome;
  }

  private void migrate(AccessNetwork.Line line, boolean rebind, boolean move) {
    try {
      if (rebind) {
        line.rebind();
        rebindings.incrementAndGet();
      }
      if (move) {
        line.changeNetwork();
        networkChanges.incrementAndGet();
      }
    } catch (IOException e) {
      // Ends this client's transfer; the outcome says why.
      throw new UncheckedIOException("the NAT has no socket for another address", e);
    }
  }

  private Status status(List<CompletableFuture<TransferClient.Outcome>> running) {
    int ended = (int) running.stream().filter(CompletableFuture::isDone).count();
    int dead = (int) running.stream().filter(f -> f.isDone() && !f.join().survived()).count();
    return new Status(chunks.get(), rebindings.get(), networkChanges.get(), ended - dead, dead);
  }
}
