package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.QuicSslContext;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * QUIC clients behind a NAT, as a process of its own, each with one connection that transfers until
 * the process ends. They migrate when they are told to, and the process says how many connections
 * live on.
 */
public final class MigratingClients {
  private static final Logger logger = LoggerFactory.getLogger(MigratingClients.class);

  /** Chunks that have to come back behind an order: the first one may have been on its way. */
  private static final int CHUNKS_TO_SEE = 2;

  /**
   * What the clients do.
   *
   * @param stallAfterMillis without any progress a connection counts as dead
   * @param vips they talk to them by turns
   * @param tls directory of {@link DemoTls#write}
   */
  record Task(
      int clients,
      long pauseMillis,
      long stallAfterMillis,
      long seed,
      List<ServerProcess.Address> vips,
      String tls) {
    Task {
      vips = List.copyOf(vips);
    }
  }

  /** What happens to the address of every client before its next chunk. */
  enum Move {
    NONE,
    REBINDING,
    NETWORK_CHANGE
  }

  /**
   * Lets every connection that lives move.
   *
   * @param patienceMillis for each of them to transfer behind it
   */
  record Order(Move move, long patienceMillis) {}

  /**
   * After an order.
   *
   * @param moved connections whose address has changed by it
   * @param alive connections that have transferred since then
   * @param dead why others died, by then or earlier; the rest was silent
   */
  record Report(int moved, int alive, Map<String, Integer> dead) {}

  private final Task task;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Client> clients = new ArrayList<>();

  private MigratingClients(Task task) {
    this.task = task;
  }

  /** Runs the clients; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      ParentProcess parent = new ParentProcess(System.in, System.out);
      new MigratingClients(requireNonNull(parent.read(Task.class), "no task")).run(parent);
      status = 0;
    } catch (Exception e) {
      logger.error("the clients cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  private void run(ParentProcess parent) throws Exception {
    QuicSslContext tls = DemoTls.clientOf(Path.of(task.tls()));
    try (PortSelector selector = PortSelector.start("nat");
        SocketNat nat = new SocketNat(selector, task.seed())) {
      for (int i = 0; i < task.clients(); i++) {
        ServerProcess.Address vip = task.vips().get(i % task.vips().size());
        clients.add(new Client(nat.connect(vip.endpoint()), tls, task.seed() + i));
      }
      for (Order order = parent.read(Order.class);
          order != null;
          order = parent.read(Order.class)) {
        parent.write(carryOut(order));
      }
    }
  }

  private Report carryOut(Order order) throws Exception {
    List<CompletableFuture<Void>> seen = new ArrayList<>();
    for (Client client : clients) {
      seen.add(client.order(order.move()));
    }
    try {
      CompletableFuture.allOf(seen.toArray(new CompletableFuture<?>[0]))
          .get(order.patienceMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The report says who has not.
    }
    // On the clients' own thread: nobody moves meanwhile.
    return loop.next().submit(this::report).get();
  }

  private Report report() {
    Map<String, Integer> dead = new TreeMap<>();
    int moved = 0;
    int alive = 0;
    for (Client client : clients) {
      moved += client.moved ? 1 : 0;
      alive += client.death == null && client.chunks >= CHUNKS_TO_SEE ? 1 : 0;
      if (client.death != null) {
        dead.merge(client.death, 1, Integer::sum);
      }
    }
    return new Report(moved, alive, dead);
  }

  /** Confined to the event loop, but for {@link #order}. */
  private final class Client {
    private final AccessNetwork.Line line;
    private CompletableFuture<Void> seen = CompletableFuture.completedFuture(null);
    private Move move = Move.NONE;
    private boolean waiting;
    private boolean moved;
    private int chunks;
    private String death;

    Client(AccessNetwork.Line line, QuicSslContext tls, long seed) throws IOException {
      this.line = line;
      new TransferClient(
              loop,
              tls,
              line.clientSide(),
              new TransferClient.Transfer(
                  Integer.MAX_VALUE,
                  Duration.ofMillis(task.pauseMillis()),
                  Duration.ofMillis(task.stallAfterMillis()),
                  seed),
              done -> beforeChunk(),
              done -> afterChunk())
          .run()
          .thenAccept(outcome -> loop.next().execute(() -> died(outcome.failure())));
    }

    /** Completes when the connection has transferred behind it, or is dead. */
    CompletableFuture<Void> order(Move move) {
      CompletableFuture<Void> future = new CompletableFuture<>();
      loop.next()
          .execute(
              () -> {
                this.move = move;
                seen = future;
                waiting = true;
                moved = false;
                chunks = 0;
                if (death != null) {
                  future.complete(null);
                }
              });
      return future;
    }

    private void beforeChunk() {
      if (!waiting) {
        return;
      }
      waiting = false;
      try {
        switch (move) {
          case NONE -> {}
          case REBINDING -> line.rebind();
          case NETWORK_CHANGE -> line.changeNetwork();
        }
        moved = move != Move.NONE;
      } catch (IOException e) {
        throw new UncheckedIOException("the NAT has no socket for another address", e);
      }
    }

    private void afterChunk() {
      if (!waiting && ++chunks == CHUNKS_TO_SEE) {
        seen.complete(null);
      }
    }

    private void died(String failure) {
      death = failure;
      seen.complete(null);
    }
  }
}
