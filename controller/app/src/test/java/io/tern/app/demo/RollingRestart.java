package io.tern.app.demo;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PortSelector;
import io.tern.workers.WorkerCounters;
import io.tern.workers.WorkerGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A QUIC server of several processes is restarted again and again while clients behind a NAT that
 * rebinds keep opening connections and transferring. Works inside {@link PrivateNamespaces} only:
 * all hosts are one, and the public addresses are its own.
 */
public final class RollingRestart {
  private static final Path GROUP = Path.of("/sys/fs/bpf/tern_rolling_restart");
  private static final Duration STALL = Duration.ofSeconds(15);
  private static final int PATIENCE_SECONDS = 120;

  /**
   * What happens.
   *
   * @param restarts of the whole server, one after the other
   * @param workers processes of each generation
   * @param clients that have a connection at any time
   * @param steering false: the kernel chooses sockets by the 4-tuple
   * @param scratch directory of the test
   */
  record Task(int restarts, int workers, int clients, boolean steering, String scratch) {}

  /**
   * How it went.
   *
   * @param connections that clients opened
   * @param lost that ended before their transfer did, by why
   * @param rebindings of the NAT during transfers
   * @param served connections that the processes counted, unfinished handshakes among them
   * @param unknown packets for a server ID that nobody has (any more)
   */
  record Result(
      int connections,
      Map<String, Integer> lost,
      int rebindings,
      int served,
      long byCid,
      long byHash,
      long unknown,
      long gone,
      long noneAccepts) {}

  private final Task task;
  private final AtomicInteger served = new AtomicInteger();
  private final List<CompletableFuture<Void>> ends = new ArrayList<>();
  private final ExecutorService waiting = Executors.newCachedThreadPool();

  private RollingRestart(Task task) {
    this.task = task;
  }

  /** Runs it; for {@link ChildProcess}. */
  public static void main(String[] args) {
    NamespaceScenario.play(Task.class, task -> new RollingRestart(task).run());
  }

  private Result run() throws Exception {
    Path scratch = Path.of(task.scratch());
    command("ip", "link", "set", "lo", "up");
    for (String range : PublicAddresses.RANGES_V4) {
      command("ip", "route", "add", "local", range, "dev", "lo");
    }
    Endpoint vip = DemoAddresses.vipV4(0);
    command("ip", "addr", "add", vip.address().getHostAddress() + "/32", "dev", "lo");
    byte[] key = new byte[CidKey.LENGTH];
    new SecureRandom().nextBytes(key);
    Files.writeString(scratch.resolve(RestartedServer.CID_KEY), HexFormat.of().formatHex(key));
    DemoTls.create().write(scratch);

    RestartClients.Outcome outcome;
    WorkerCounters counters = new WorkerCounters(0, 0, 0, 0, 0);
    try (PortSelector selector = PortSelector.start("nat");
        SocketNat nat = new SocketNat(selector, 1)) {
      List<ChildProcess> generation = start(0, vip);
      RestartClients clients =
          new RestartClients(nat, DemoTls.clientOf(scratch), vip, task.clients(), STALL, 11);
      clients.start();
      for (int restart = 1; restart <= task.restarts(); restart++) {
        List<ChildProcess> next = start(restart, vip);
        if (task.steering()) {
          try (WorkerGroup group = WorkerGroup.open(GROUP, WorkerGroup.DEFAULT_SLOTS)) {
            group.acceptFrom(restart);
          }
        }
        drain(generation);
        generation = next;
      }
      outcome = clients.stop();
      drain(generation);
      for (CompletableFuture<Void> end : ends) {
        end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      if (task.steering()) {
        try (WorkerGroup group = WorkerGroup.open(GROUP, WorkerGroup.DEFAULT_SLOTS)) {
          counters = group.counters();
        }
      }
    }
    return new Result(
        outcome.connections(),
        outcome.lost(),
        outcome.rebindings(),
        served.get(),
        counters.byCid(),
        counters.unroutable(),
        counters.unknown(),
        counters.gone(),
        counters.noneAccepts());
  }

  /** All processes of a generation, when all of them serve. */
  private List<ChildProcess> start(int generation, Endpoint vip) throws Exception {
    List<ChildProcess> processes = new ArrayList<>();
    Path scratch = Path.of(task.scratch());
    for (int i = 0; i < task.workers(); i++) {
      ChildProcess process =
          ChildProcess.start(
              "worker " + i + " of generation " + generation,
              scratch.resolve("workers.log"),
              ChildJvm.command(
                  scratch, List.of("-Xmx64m", "-Xshare:auto"), RestartedServer.class.getName()));
      process.write(
          new RestartedServer.Task(
              ServerProcess.Address.of(vip),
              task.steering() ? GROUP.toString() : null,
              generation,
              CidAlgorithm.FOUR_PASS,
              3,
              8,
              task.scratch(),
              STALL.toMillis()));
      processes.add(process);
    }
    for (ChildProcess process : processes) {
      process.read(RestartedServer.Serving.class);
    }
    return processes;
  }

  /** Tells them to drain, and waits beside for the last word of each. */
  private void drain(List<ChildProcess> generation) throws IOException {
    for (ChildProcess process : generation) {
      process.write(new RestartedServer.Drain(true));
      ends.add(
          CompletableFuture.runAsync(
              () -> {
                try (process) {
                  served.addAndGet(process.read(RestartedServer.Drained.class).connections());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              waiting));
    }
  }

  private static void command(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
