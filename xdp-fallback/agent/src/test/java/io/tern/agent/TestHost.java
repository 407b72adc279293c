package io.tern.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace with an agent in it, which is a process; and a pair of interfaces by which it
 * is programmed.
 */
public final class TestHost implements AutoCloseable {
  private static final int SUBNETS = 16_000;

  private final String namespace;
  private final String near;
  private final String address;
  private final long deviceId = TestAgents.newDeviceId();
  private final List<String> prefix = new ArrayList<>();
  private String classPath = System.getProperty("java.class.path");
  private Path pins = TestAgents.PINS;
  private Path run = TestAgents.RUN;
  private Process agent;
  private ManagedChannel channel;

  /**
   * Makes the namespace.
   *
   * @param name one or two letters that no other host of this process has
   */
  public TestHost(String name) throws IOException {
    this.namespace = Leftovers.name(name);
    this.near = Leftovers.name(name + "m");
    // A subnet of this process alone, of the link-local ones: other tests run on this machine.
    int subnet = 64 + (int) (ProcessHandle.current().pid() % SUBNETS);
    String network = "169.254." + subnet / 64 + ".";
    int first = subnet % 64 * 4;
    this.address = network + (first + 2);
    TestInterfaces.ip("netns", "add", namespace);
    try {
      String far = Leftovers.name(name + "n");
      TestInterfaces.ip(
          "link", "add", near, "type", "veth", "peer", "name", far, "netns", namespace);
      TestInterfaces.ip("address", "add", network + (first + 1) + "/30", "dev", near);
      TestInterfaces.ip("link", "set", near, "up");
      inside("ip", "address", "add", address + "/30", "dev", far);
      inside("ip", "link", "set", far, "up");
      inside("ip", "link", "set", "lo", "up");
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  public String namespace() {
    return namespace;
  }

  public long deviceId() {
    return deviceId;
  }

  /** Where the agent is programmed. */
  public ManagedChannel channel() {
    return channel;
  }

  /** Makes a pair of interfaces, one end in here. */
  public void pair(String ours, String theirs) throws IOException {
    TestInterfaces.ip("link", "add", ours, "type", "veth", "peer", "name", theirs);
    for (String end : List.of(ours, theirs)) {
      TestInterfaces.run("sysctl", "-q", "-w", "net.ipv6.conf." + end + ".disable_ipv6=1");
    }
    TestInterfaces.ip("link", "set", theirs, "netns", namespace);
    TestInterfaces.ip("link", "set", ours, "up");
    inside("ip", "link", "set", theirs, "up");
  }

  /** Runs a command in here that must succeed; what it said. */
  public String inside(String... command) throws IOException {
    return TestInterfaces.run(entering(List.of(command)).toArray(String[]::new));
  }

  private List<String> entering(List<String> command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
    all.addAll(command);
    return all;
  }

  /** Has agents run behind a command, with other directories and another class path. */
  public void runBehind(
      List<String> command, String classes, Path pinDirectory, Path runDirectory) {
    prefix.addAll(command);
    classPath = classes;
    pins = pinDirectory;
    run = runDirectory;
  }

  /**
   * Starts an agent.
   *
   * @param program null for Tern's
   * @return whether it went on from what was pinned
   */
  public boolean start(Path program, String... interfaces) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
            AgentMain.class.getName(),
            Long.toString(deviceId),
            address,
            program == null ? "-" : program.toString(),
            pins.toString(),
            run.toString()));
    command.addAll(List.of(interfaces));
    agent = new ProcessBuilder(entering(command)).redirectErrorStream(true).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      if (line.startsWith("ready ")) {
        String[] words = line.split(" ", -1);
        drain(output);
        connect(Integer.parseInt(words[1]));
        return Boolean.parseBoolean(words[3]);
      }
    }
    throw new IllegalStateException("the agent did not start: " + said);
  }

  private static void drain(BufferedReader output) {
    Thread thread =
        new Thread(
            () ->
                output
                    .lines()
                    .forEach(
                        line -> {
                          if (line.contains("WARN") || line.contains("ERROR")) {
                            System.out.println("agent: " + line);
                          }
                        }));
    thread.setDaemon(true);
    thread.start();
  }

  private void connect(int port) {
    if (channel != null) {
      channel.shutdownNow();
    }
    channel = NettyChannelBuilder.forAddress(address, port).usePlaintext().build();
  }

  /** Ends the agent without asking it. */
  public void kill() throws InterruptedException {
    agent.destroyForcibly().waitFor();
  }

  /** Ends it in good order. */
  public void stop() throws InterruptedException {
    agent.destroy();
    assertThat(agent.waitFor(20, TimeUnit.SECONDS)).as("the agent ends on SIGTERM").isTrue();
  }

  /** Takes away everything, whatever has become of it. */
  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.shutdownNow();
    }
    try {
      if (agent != null) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Leftovers.remove(pins.resolve(Long.toString(deviceId)));
    TestInterfaces.ip("netns", "delete", namespace);
  }
}
