package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.QuicSslContext;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * QUIC clients behind a NAT that rebinds in the middle of every transfer. Each has a connection at
 * any time, one after the other, until it is told to stop. In this process, or as one of its own.
 */
public final class RestartClients {
  private static final Logger logger = LoggerFactory.getLogger(RestartClients.class);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MIN_CHUNKS = 15;
  private static final int MAX_CHUNKS = 60;
  private static final int PATIENCE_SECONDS = 120;

  /**
   * What the process does.
   *
   * @param tls directory of {@link DemoTls#write}
   */
  record Task(
      ServerProcess.Address vip, int clients, long stallAfterMillis, long seed, String tls) {}

  /** Asks the process to end when the connections have that there are. */
  record Stop(boolean stop) {}

  /**
   * The last line of the process.
   *
   * @param connections that were opened
   * @param lost that ended before their transfer did, by why
   * @param rebindings of the NAT during transfers
   */
  record Outcome(int connections, Map<String, Integer> lost, int rebindings) {}

  private final SocketNat nat;
  private final QuicSslContext tls;
  private final Endpoint vip;
  private final Duration stallAfter;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger rebindings = new AtomicInteger();
  private volatile boolean over;

  @GuardedBy("this")
  private final Random random;

  @GuardedBy("this")
  private final Map<String, Integer> lost = new TreeMap<>();

  /**
   * @param clients how many there are
   * @param stallAfter without any progress a connection counts as lost
   * @param seed decides how long connections are, and what they transfer
   */
  RestartClients(
      SocketNat nat,
      QuicSslContext tls,
      Endpoint vip,
      int clients,
      Duration stallAfter,
      long seed) {
    this.nat = requireNonNull(nat, "nat");
    this.tls = requireNonNull(tls, "tls");
    this.vip = requireNonNull(vip, "vip");
    this.stallAfter = requireNonNull(stallAfter, "stallAfter");
    this.random = new Random(seed);
    for (int i = 0; i < clients; i++) {
      this.clients.add(new CompletableFuture<>());
    }
  }

  /** Runs the clients as a process; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      ParentProcess parent = new ParentProcess(System.in, System.out);
      Task task = requireNonNull(parent.read(Task.class), "no task");
      try (PortSelector selector = PortSelector.start("nat");
          SocketNat nat = new SocketNat(selector, task.seed())) {
        RestartClients clients =
            new RestartClients(
                nat,
                DemoTls.clientOf(Path.of(task.tls())),
                task.vip().endpoint(),
                task.clients(),
                Duration.ofMillis(task.stallAfterMillis()),
                task.seed());
        clients.start();
        if (parent.read(Stop.class) != null) {
          parent.write(clients.stop());
        }
      }
      status = 0;
    } catch (Exception e) {
      logger.error("the clients cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  /** Opens the first connections. */
  void start() {
    clients.forEach(this::connect);
  }

  /** Opens no more connections, and returns when the last one has ended. */
  Outcome stop() throws Exception {
    over = true;
    for (CompletableFuture<Void> client : clients) {
      client.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    synchronized (this) {
      return new Outcome(connections.get(), Map.copyOf(lost), rebindings.get());
    }
  }

  private void connect(CompletableFuture<Void> done) {
    if (over) {
      done.complete(null);
      return;
    }
    try {
      AccessNetwork.Line line = nat.connect(vip);
      TransferClient.Transfer transfer = transfer();
      connections.incrementAndGet();
      new TransferClient(
              loops,
              tls,
              line.clientSide(),
              transfer,
              sent -> rebind(line, sent == transfer.chunks() / 2),
              received -> {})
          .run()
          .thenAccept(
              outcome -> {
                if (!outcome.survived()) {
                  lose(outcome.failure());
                }
                connect(done);
              });
    } catch (IOException e) {
      done.completeExceptionally(e);
    }
  }

  private synchronized TransferClient.Transfer transfer() {
    int chunks = MIN_CHUNKS + random.nextInt(MAX_CHUNKS - MIN_CHUNKS);
    return new TransferClient.Transfer(chunks, PAUSE, stallAfter, random.nextLong());
  }

  private synchronized void lose(String failure) {
    lost.merge(failure, 1, Integer::sum);
  }

  private void rebind(AccessNetwork.Line line, boolean now) {
    if (!now) {
      return;
    }
    try {
      line.rebind();
      rebindings.incrementAndGet();
    } catch (IOException e) {
      throw new UncheckedIOException("the NAT has no socket for another address", e);
    }
  }
}
