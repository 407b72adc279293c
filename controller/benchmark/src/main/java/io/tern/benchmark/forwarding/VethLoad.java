package io.tern.benchmark.forwarding;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The hosts on both sides of a switch: a process in a network namespace of its own that sends and
 * counts frames ({@code p4/benchmark/veth_load.c}). The namespace has no name: it ends with the
 * process, and its interfaces, and their peers here, with it. For one thread.
 */
final class VethLoad implements AutoCloseable {
  private static final Path QUIET = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");

  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  /**
   * What one run counted.
   *
   * @param packetsPerSecond that came back while it was measured
   * @param sent frames in all, those before measuring included
   * @param lost frames that did not come back in time
   */
  record Result(double packetsPerSecond, long sent, long lost) {}

  /**
   * Starts it; nothing is sent yet.
   *
   * @param executable compiled from {@code veth_load.c}
   * @throws IOException if this process may not make namespaces
   */
  VethLoad(Path executable) throws IOException {
    // New interfaces announce themselves over IPv6 otherwise, and the switch would have more to do.
    if (Files.exists(QUIET)) {
      Files.writeString(QUIET, "1");
    }
    process =
        new ProcessBuilder("unshare", "--net", "--", executable.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    orders = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), US_ASCII));
    answers = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII));
    // Answered from inside the new namespace: from now on interfaces can be moved there.
    order("quiet");
  }

  /**
   * Makes a pair of interfaces that are up: {@code here} in this namespace, {@code there} there.
   */
  void connect(String here, String there) throws IOException {
    ip("link", "add", here, "type", "veth", "peer", "name", there);
    ip("link", "set", there, "netns", Long.toString(process.pid()));
    ip("link", "set", here, "up");
    order("up " + there);
  }

  /** Brings an interface of this namespace up. */
  static void up(String name) throws IOException {
    ip("link", "set", name, "up");
  }

  /**
   * Sends the frames of a file in turns.
   *
   * @param window frames in flight, at most
   */
  Result run(String tx, String rx, Path frames, long warmMillis, long millis, int window)
      throws IOException {
    String[] answer =
        order(
                String.join(" ", "run", tx, rx, frames.toString())
                    + " "
                    + warmMillis
                    + " "
                    + millis
                    + " "
                    + window)
            .split(" ", -1);
    long received = Long.parseLong(answer[1]);
    long nanos = Long.parseLong(answer[2]);
    if (received == 0) {
      throw new IOException("nothing came back from the switch on " + rx);
    }
    return new Result(received * 1e9 / nanos, Long.parseLong(answer[4]), Long.parseLong(answer[3]));
  }

  private String order(String line) throws IOException {
    orders.write(line);
    orders.newLine();
    orders.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the load generator ended; making namespaces takes root");
    }
    if (!answer.startsWith("ok")) {
      throw new IOException("load generator: " + answer + " (asked to " + line + ")");
    }
    return answer;
  }

  private static void ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    try {
      orders.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
