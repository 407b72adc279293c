package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoopGroup;
import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets all clients transfer at once; each is rebound by its NAT once and changes its network once,
 * at moments of its own in the middle of its transfer.
 */
final class ClientRun {
  /** Clients start within this many pauses. */
  private static final int START_SPREAD = 10;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final int POLLS_PER_LINE = 10;

  private final String name;
  private final DemoOptions options;
  private final ClientNat nat;
  private final EventLoopGroup group;
  private final DemoTls tls;
  private final Progress progress;

  private final AtomicInteger chunks = new AtomicInteger();
  private final AtomicInteger rebindings = new AtomicInteger();
  private final AtomicInteger networkChanges = new AtomicInteger();

  /**
   * @param name for the progress line
   */
  ClientRun(
      String name,
      DemoOptions options,
      ClientNat nat,
      EventLoopGroup group,
      DemoTls tls,
      Progress progress) {
    this.name = requireNonNull(name, "name");
    this.options = requireNonNull(options, "options");
    this.nat = requireNonNull(nat, "nat");
    this.group = requireNonNull(group, "group");
    this.tls = requireNonNull(tls, "tls");
    this.progress = requireNonNull(progress, "progress");
  }

  /**
   * How the clients fared.
   *
   * @param failures why connections died, with how many did
   */
  record Result(int survived, int rebindings, int networkChanges, Map<String, Integer> failures) {}

  /** Something that happens once in the middle of the run. */
  @FunctionalInterface
  interface Interlude {
    void happen() throws IOException, InterruptedException;
  }

  /**
   * Runs the clients to the end of the last transfer.
   *
   * @param vips the clients talk to them by turns
   * @param halfway happens when half of all chunks have come back; the transfers go on meanwhile
   */
  Result run(List<Endpoint> vips, Interlude halfway) throws IOException, InterruptedException {
    Random random = new Random(options.seed());
    List<CompletableFuture<TransferClient.Outcome>> running = new ArrayList<>();
    for (int i = 0; i < options.clients(); i++) {
      running.add(start(vips.get(i % vips.size()), random));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0]));
    boolean isHalfway = false;
    for (int poll = 1; ; poll++) {
      try {
        all.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
        break;
      } catch (TimeoutException e) {
        if (poll % POLLS_PER_LINE == 0) {
          show(running);
        }
      } catch (java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException("outcomes never fail", e);
      }
      if (!isHalfway && chunks.get() >= options.clients() * options.chunks() / 2) {
        isHalfway = true;
        halfway.happen();
      }
    }
    show(running);
    progress.end();
    if (!isHalfway) {
      halfway.happen();
    }
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
    ClientNat.Line line = nat.connect(vip);
    // The middle thirds: after the handshake, and with something left to transfer.
    int third = options.chunks() / 3;
    int rebindAt = 1 + random.nextInt(third);
    int moveAt = third + 1 + random.nextInt(third);
    // Not all at once: real clients do not, and a burst of handshakes would only fill socket
    // buffers.
    Duration delay = options.pause().multipliedBy(random.nextInt(START_SPREAD));
    TransferClient client =
        new TransferClient(
            group,
            tls.client(),
            line.clientSide(),
            new TransferClient.Transfer(
                options.chunks(), options.pause(), options.stallAfter(), random.nextLong()),
            // A NAT forgets an idle binding: the next thing on the new path is data, not the
            // acknowledgement of what came last.
            done -> {
              if (done == rebindAt) {
                line.rebind();
                rebindings.incrementAndGet();
              }
              if (done == moveAt) {
                line.changeNetwork();
                networkChanges.incrementAndGet();
              }
            },
            done -> chunks.incrementAndGet());
    CompletableFuture<TransferClient.Outcome> outcome = new CompletableFuture<>();
    group.schedule(
        () -> client.run().thenAccept(outcome::complete), delay.toMillis(), TimeUnit.MILLISECONDS);
    return outcome;
  }

  private void show(List<CompletableFuture<TransferClient.Outcome>> running) {
    long ended = running.stream().filter(CompletableFuture::isDone).count();
    long dead = running.stream().filter(f -> f.isDone() && !f.join().survived()).count();
    progress.show(
        String.format(
            "%s: %d of %d chunks, %d rebindings, %d network changes, %d transfers complete, %d dead",
            name,
            chunks.get(),
            options.clients() * options.chunks(),
            rebindings.get(),
            networkChanges.get(),
            ended - dead,
            dead));
  }
}
