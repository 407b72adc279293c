package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Runs the demo a second time, in network, mount and PID namespaces of its own.
 *
 * <p>Nothing outside sees the network that is built there, and nothing of it can be left behind:
 * the demo is process 1 of the PID namespace, and when it ends, however it ends, the kernel kills
 * every other process of it, and the network goes with the last one. The demo in there ends when
 * its standard input does, that is when this process goes away, even by {@code kill -9}.
 */
final class PrivateNamespaces {
  /** Set for the second run: its directory. */
  private static final String DIRECTORY = "tern.demo.directory";

  private static final String HEAP = "-Xmx256m";
  private static final int PATIENCE_SECONDS = 5;

  /** An exit status above says by which signal a process ended. */
  private static final int KILLED = 128;

  private static final List<String> UNSHARE =
      List.of(
          "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--");

  /** Names of namespaces that only this mount namespace knows. */
  private static final String NAMES = "mkdir -p /run/netns; mount -t tmpfs tern /run/netns;";

  /**
   * BPF objects that are pinned disappear with it, too. A sysfs of its own shows the interfaces of
   * the network namespace.
   */
  private static final String PINS = " mount -t sysfs tern /sys; mount -t bpf tern /sys/fs/bpf;";

  /** Everything that {@code host.sh} and {@code bridge-port.sh} need of the kernel, tried once. */
  private static final String PROBE =
      "ip netns add probe;"
          + " ip link add probe type veth peer name eth0 netns probe;"
          + " ip link add lan type bridge;"
          + " nsenter --net=/run/netns/probe ethtool -K eth0 tx off >/dev/null;"
          + " test -e /proc/sys/net/ipv6 || { echo 'the kernel has no IPv6'; exit 1; }";

  private PrivateNamespaces() {}

  /** The directory of the demo, if this is the second run. */
  static Optional<Path> entered() {
    return Optional.ofNullable(System.getProperty(DIRECTORY)).map(Path::of);
  }

  /**
   * What stands in the way, and what to do about it; empty if nothing does.
   *
   * @param tools programs that have to be on PATH, with what to do if they are not
   */
  static List<String> obstacles(List<Tool> tools, Pins pins)
      throws IOException, InterruptedException {
    List<String> obstacles = new ArrayList<>();
    if (!isRoot()) {
      obstacles.add("root, to make network namespaces (sudo)");
    }
    for (Tool tool : tools) {
      if (!isOnPath(tool.name())) {
        obstacles.add(tool.name() + " on PATH (" + tool.remedy() + ")");
      }
    }
    if (obstacles.isEmpty()) {
      List<String> command = inside(List.of("sh", "-euc", PROBE), pins);
      Process probe = new ProcessBuilder(command).redirectErrorStream(true).start();
      probe.getOutputStream().close();
      String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (probe.waitFor() != 0) {
        obstacles.add(
            "to be allowed network, mount and PID namespaces, veth pairs and bridges"
                + (pins == Pins.PRIVATE ? ", and a BPF file system" : "")
                + " (in a container: docker run --privileged): "
                + said.strip().replaceAll("\\s*\\R\\s*", "; "));
      }
    }
    return obstacles;
  }

  /**
   * A program.
   *
   * @param remedy where it comes from
   */
  record Tool(String name, String remedy) {
    Tool {
      requireNonNull(name, "name");
      requireNonNull(remedy, "remedy");
    }
  }

  /** Whether what runs inside pins BPF objects. */
  enum Pins {
    NONE,
    /** The BPF file system at {@code /sys/fs/bpf} is the namespaces' own. */
    PRIVATE
  }

  /** {@code command}, run in namespaces of its own. */
  static List<String> inside(List<String> command, Pins pins) {
    List<String> inside = new ArrayList<>(UNSHARE);
    inside.addAll(
        List.of("sh", "-euc", NAMES + (pins == Pins.PRIVATE ? PINS : "") + " exec \"$@\"", "sh"));
    inside.addAll(command);
    return inside;
  }

  /** What {@code host.sh} and this class call. */
  static List<Tool> tools() {
    return List.of(
        new Tool("unshare", "apt-get install util-linux"),
        new Tool("nsenter", "apt-get install util-linux"),
        new Tool("ip", "apt-get install iproute2"),
        new Tool("bridge", "apt-get install iproute2"),
        new Tool("ethtool", "apt-get install ethtool"));
  }

  /**
   * Runs {@code tern} with these arguments once more, inside.
   *
   * @param directory is what {@link #entered} will be; deleted if this process is told to stop
   * @return exit status
   */
  static int run(List<String> arguments, Path directory, Pins pins)
      throws IOException, InterruptedException {
    List<String> options =
        List.of(
            HEAP,
            "-D" + DIRECTORY + "=" + directory,
            "-Dtern.terminal=" + Boolean.getBoolean("tern.terminal"));
    List<String> command =
        inside(
            ChildJvm.command(
                directory, options, "io.tern.app.Tern", arguments.toArray(new String[0])),
            pins);
    Process inside =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread stop = new Thread(() -> stop(inside, directory), "tern-shutdown");
    Runtime.getRuntime().addShutdownHook(stop);
    int status = inside.waitFor();
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // It runs already, and deletes the directory.
      return status;
    }
    if (status > KILLED) {
      System.err.println(
          "tern: the demo was killed by signal " + (status - KILLED) + "; its logs: " + directory);
    }
    return status;
  }

  private static void stop(Process inside, Path directory) {
    try {
      inside.getOutputStream().close();
      if (!inside.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        inside.destroyForcibly().waitFor();
      }
      DemoDirectory.delete(directory);
    } catch (IOException | UncheckedIOException e) {
      System.err.println("tern: " + e.getMessage());
    } catch (InterruptedException e) {
      inside.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** In the second run: ends it when the first one has gone, and deletes what it has written. */
  static void endWithParent(Path directory) {
    Thread watch =
        new Thread(
            () -> {
              try {
                new ParentProcess(System.in, System.out).awaitEnd();
                DemoDirectory.delete(directory);
              } catch (IOException | UncheckedIOException e) {
                // Nobody is left to be told.
              } finally {
                Runtime.getRuntime().halt(1);
              }
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .map(folder -> Path.of(folder, program))
        .anyMatch(Files::isExecutable);
  }
}
