package io.tern.benchmark.device;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** BMv2's {@code simple_switch_grpc} as a process; listens on the loopback address only. */
public final class Bmv2Device implements BenchDevice {
  private static final String PROGRAM = "simple_switch_grpc";

  /** Names an IPC file, too: each instance on a host wants its own. */
  private static final AtomicLong deviceIds =
      new AtomicLong(ProcessHandle.current().pid() * 1000 % 1_000_000_000);

  /** What only a build with logging macros has in it: the trace of the match stage. */
  private static final String TRACE_OF_A_TABLE = "Applying table '";

  private final long deviceId = deviceIds.incrementAndGet();
  private final int port;
  private final Process process;
  private final Thread reaper;

  /**
   * Starts a switch without a program.
   *
   * @param interfaces network interfaces by port number
   * @param log gets what the switch says
   * @throws IOException if it does not start
   */
  public Bmv2Device(Map<Integer, String> interfaces, Path log) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(executable().toString(), "--no-p4", "--device-id", Long.toString(deviceId)));
    interfaces.forEach((number, name) -> command.addAll(List.of("-i", number + "@" + name)));
    command.addAll(List.of("--log-console", "-L", "info", "--"));
    command.addAll(List.of("--grpc-server-addr", target(), "--cpu-port", "255"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    // However this JVM ends, no switch is left running.
    reaper = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /**
   * The executable.
   *
   * @throws IOException if it is not on PATH
   */
  public static Path executable() throws IOException {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IOException(PROGRAM + " (BMv2) is not on PATH"));
  }

  /** Version and build of the executable: "1.15.5, without logging macros". */
  public static String describe() throws IOException {
    Process version = new ProcessBuilder(executable().toString(), "--version").start();
    String text = new String(version.getInputStream().readAllBytes(), ISO_8859_1).strip();
    boolean traces =
        new String(Files.readAllBytes(executable()), ISO_8859_1).contains(TRACE_OF_A_TABLE);
    return text.lines().findFirst().orElse("of unknown version")
        + (traces ? ", with logging macros" : ", without logging macros");
  }

  @Override
  public String target() {
    return "127.0.0.1:" + port;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  /** Processor time of all its threads until now. */
  public Duration cpuTime() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> new IllegalStateException("the processor time of BMv2 is not known"));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(reaper);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and the hook has run or is about to.
    }
  }
}
