package io.tern.app.agent;

import io.tern.agent.AgentOptions;
import io.tern.agent.XdpAgent;
import io.tern.agent.pin.Links.AttachMode;
import io.tern.agent.pin.ProgramObject;
import io.tern.agent.plane.TunnelEnd;
import io.tern.app.endpoint.DeviceServerOptions;
import io.tern.app.endpoint.HostAndPort;
import io.tern.app.endpoint.ServiceEnd;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code tern agent}: runs until the process is told to end (SIGTERM, SIGINT). What it programs
 * stays in the kernel when it ends, however it ends.
 */
@Command(
    name = "agent",
    description = {
      "Let a controller program the XDP data plane of this host by P4Runtime.",
      "The data plane stays when the agent ends, and the next one goes on from there: --detach takes"
          + " it away.",
      "Needs CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON, and a BPF file system."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class AgentCommand implements Callable<Integer> {
  private static final Pattern PORT = Pattern.compile("(\\d{1,3})=([^/\\s]{1,15})");
  private static final int MAX_PORT = 254;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = {
        "An interface whose packets the program sees. The first is P4Runtime's port 1, the second",
        "port 2, and so on. Repeatable."
      })
  private List<String> interfaces = List.of();

  @Option(
      names = "--port",
      paramLabel = "N=NAME",
      description = "The same with a port number, 0 to 254. Repeatable.")
  private List<String> ports = List.of();

  @Option(
      names = "--mode",
      paramLabel = "native|generic|auto",
      defaultValue = "auto",
      description = {
        "How to attach the program: in the driver, behind it, or in the driver where it can.",
        "Default: ${DEFAULT-VALUE}"
      })
  private AttachMode mode;

  @Option(
      names = "--tunnel-end",
      paramLabel = "ipip:ADDRESS,NETWORK/BITS",
      description = {
        "Take packets to ADDRESS from senders in NETWORK out of their tunnel; gue:ADDRESS:PORT,",
        "NETWORK/BITS for GUE. Repeatable."
      })
  private List<String> tunnels = List.of();

  @Option(
      names = "--pin-dir",
      paramLabel = "DIR",
      defaultValue = "/sys/fs/bpf/tern",
      description = "Where to pin the data plane, on a BPF file system. Default: ${DEFAULT-VALUE}")
  private Path pinDirectory;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      defaultValue = "/run/tern",
      description = "For the lock that keeps a second agent away. Default: ${DEFAULT-VALUE}")
  private Path runDirectory;

  @Option(
      names = "--program",
      paramLabel = "FILE",
      hidden = true,
      description = "Another build of the XDP program.")
  private Path program;

  @Option(
      names = "--detach",
      description = "Take the data plane of the device away and end: the host is as without Tern.")
  private boolean detach;

  @Mixin private DeviceServerOptions server;

  @Spec private CommandSpec spec;

  private final ServiceEnd end = new ServiceEnd();

  @Override
  public Integer call() throws Exception {
    AgentOptions options = options();
    if (detach) {
      XdpAgent.detach(options);
      say("tern agent: device " + Long.toUnsignedString(options.deviceId()) + " is detached");
      return 0;
    }
    if (options.ports().isEmpty()) {
      throw usage("which interfaces? --interface NAME, or --port N=NAME");
    }
    InetSocketAddress metricsAddress = server.metrics();
    try (XdpAgent agent = XdpAgent.start(options);
        AgentMetrics served =
            metricsAddress == null
                ? null
                : new AgentMetrics(agent, options.ports().values(), metricsAddress)) {
      announce(agent, options, served);
      end.await("agent", () -> say("tern agent: ending; the data plane stays"));
    }
    return 0;
  }

  /** Ends the command as a signal does. */
  void stop() {
    end.now();
  }

  private void announce(XdpAgent agent, AgentOptions options, AgentMetrics served) {
    StringBuilder line =
        new StringBuilder("tern agent: device ")
            .append(Long.toUnsignedString(options.deviceId()))
            .append(agent.status().adopted() ? " ready, went on from what was pinned" : " ready")
            .append(", P4Runtime ")
            .append(HostAndPort.format(agent.grpcAddress()))
            .append(options.tls() == null ? "" : " (TLS)");
    options
        .ports()
        .forEach((port, name) -> line.append(", port ").append(port).append(' ').append(name));
    if (served != null) {
      line.append(", metrics http://")
          .append(HostAndPort.format(served.address()))
          .append("/metrics");
    }
    say(line.toString());
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private AgentOptions options() throws IOException {
    return new AgentOptions(
        server.deviceId(),
        ports(),
        mode,
        pinDirectory,
        runDirectory,
        server.grpc(),
        server.tls(),
        tunnels.stream().map(this::tunnel).toList(),
        program == null ? ProgramObject.ofTern() : ProgramObject.of(Files.readAllBytes(program)),
        true);
  }

  private Map<Integer, String> ports() {
    Map<Integer, String> all = new TreeMap<>();
    for (String name : interfaces) {
      if (!PORT.matcher("1=" + name).matches()) {
        throw usage("--interface '" + name + "': that is no interface's name");
      }
      all.put(all.size() + 1, name);
    }
    for (String text : ports) {
      Matcher matcher = PORT.matcher(text);
      if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > MAX_PORT) {
        throw usage("--port '" + text + "': expected N=NAME with N from 0 to 254, e.g. 1=eth0");
      }
      if (all.put(Integer.parseInt(matcher.group(1)), matcher.group(2)) != null) {
        throw usage("--port '" + text + "': port " + matcher.group(1) + " is there already");
      }
    }
    if (all.values().stream().distinct().count() != all.size()) {
      throw usage("an interface is one port: " + all);
    }
    return all;
  }

  private TunnelEnd tunnel(String text) {
    try {
      return TunnelSpec.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage("--tunnel-end " + e.getMessage());
    }
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
