package io.tern.app.conformance;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.app.endpoint.HostAndPort;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.harness.Bmv2DataPlane;
import io.tern.p4.conformance.harness.Bmv2Target;
import io.tern.p4.conformance.harness.Conformance;
import io.tern.p4.conformance.harness.DeviceContents;
import io.tern.p4.conformance.harness.DeviceProgram;
import io.tern.p4.conformance.harness.LinkTarget;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.conformance.harness.Suite;
import io.tern.p4.conformance.link.Link;
import io.tern.p4.contract.TernP4;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tern conformance}: does a device do what every data plane of Tern must do? */
@Command(
    name = "conformance",
    description = {
      "Play the conformance rows against any P4Runtime device with Tern's program.",
      "Each row writes entries, sends frames, and compares what leaves and what is counted.",
      "Takes away what it wrote. Exit code: 0 all rows that apply passed, 1 some failed, none",
      "applies or the device cannot be used, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ConformanceCommand implements Callable<Integer> {

  @Mixin private DeviceOptions device;

  @Option(
      names = "--port",
      paramLabel = "N=END",
      description = {
        "The far end of the device's port N: a network interface (1=veth1; wants root), or",
        "Ethernet over UDP (1=udp:LOCAL,PEER, as tern switch has it). Repeatable; the rows want",
        "ports 0 to 4, and say so where one is missing."
      })
  private List<String> ports = List.of();

  @Option(
      names = "--bmv2-dataplane",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.class,
      description = "Instead of --port: all ports by BMv2's --dp-grpc-server-addr.")
  private InetSocketAddress bmv2DataPlane;

  @Option(
      names = "--push-pipeline",
      negatable = true,
      description = {
        "Load the program first; everything that the device had is lost. Without, the device",
        "has Tern's program already, and no entries. Default: --no-push-pipeline"
      })
  private boolean pushPipeline;

  @Option(
      names = "--p4info",
      paramLabel = "FILE",
      description = "P4Info to load, Protobuf text. Default: that of Tern's own program")
  private Path p4Info;

  @Option(
      names = "--device-config",
      paramLabel = "FILE",
      description = "What the device's compiler wrote, to load. Default: Tern's BMv2 JSON")
  private Path deviceConfig;

  @Option(
      names = "--filter",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only rows whose description has this text, in any case.")
  private String filter;

  @Option(names = "--list", description = "Print the rows' descriptions, and end.")
  private boolean list;

  @Option(names = "--all", description = "Print every row, not only those that fail.")
  private boolean all;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    List<Row> rows =
        Fixtures.rows().stream()
            .filter(
                row ->
                    row.description()
                        .toLowerCase(Locale.ROOT)
                        .contains(filter.toLowerCase(Locale.ROOT)))
            .toList();
    if (rows.isEmpty()) {
      throw usage("--filter '" + filter + "': no row's description has this");
    }
    if (list) {
      rows.forEach(row -> out().println(row.description()));
      out().flush();
      return CommandLine.ExitCode.OK;
    }
    checkOptions();
    List<LinkSpec> specs = ports.stream().map(this::link).toList();
    ManagedChannel channel = device.channel();
    Map<Integer, Link> links = new TreeMap<>();
    try {
      for (LinkSpec link : specs) {
        links.put(link.port(), link.open());
      }
      return run(channel, links, rows);
    } catch (StatusRuntimeException e) {
      return cannot("P4Runtime at " + device.name() + ": " + e.getStatus());
    } catch (IOException | IllegalStateException e) {
      return cannot(e.getMessage());
    } finally {
      links.values().forEach(Link::close);
      channel.shutdownNow();
    }
  }

  private int run(ManagedChannel channel, Map<Integer, Link> links, List<Row> rows)
      throws IOException {
    try (P4RuntimeClient client =
        new P4RuntimeClient(channel, device.deviceId, device.electionId())) {
      if (pushPipeline) {
        push(client);
      }
      DeviceProgram program =
          client
              .p4Info()
              .map(DeviceProgram::new)
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "the device has no program: load Tern's, or use --push-pipeline"));
      for (int counter : new int[] {TernP4.Counters.Reason.ID, TernP4.Counters.Migrated.ID}) {
        if (!program.has(counter)) {
          throw new IllegalStateException(
              "the device's program is not Tern's: it has no counter "
                  + TernP4.nameOf(counter)
                  + "; --push-pipeline loads Tern's");
        }
      }
      DeviceContents before = DeviceContents.read(client);
      if (before.entities() > 0) {
        throw new IllegalStateException(
            "the device has %,d entries already; rows want one without. --push-pipeline takes all of them away"
                .formatted(before.entities()));
      }
      try (PacketTarget target = target(channel, client, links)) {
        return play(target, client, program, before, rows);
      }
    }
  }

  private int play(
      PacketTarget target,
      P4RuntimeClient client,
      DeviceProgram program,
      DeviceContents before,
      List<Row> rows) {
    out()
        .printf(
            "tern conformance: device %s at %s, %,d rows%n",
            Long.toUnsignedString(device.deviceId), device.name(), rows.size());
    out().flush();
    SuiteReport report = new SuiteReport(out(), all);
    long began = System.nanoTime();
    try (Conformance conformance = new Conformance(target, client)) {
      try {
        Suite suite = new Suite(target, program, conformance);
        rows.forEach(row -> report.add(suite.run(row)));
      } finally {
        conformance.clear();
        before.restoreUnknownMacs(client);
      }
      report.end(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
      out()
          .println(
              pushPipeline
                  ? "tern conformance: the device has the program that was loaded, and no entries"
                  : "tern conformance: the device has what it had before, but for its counters");
      out().flush();
    }
    return report.isSuccess() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private PacketTarget target(
      ManagedChannel channel, P4RuntimeClient client, Map<Integer, Link> links) {
    if (bmv2DataPlane != null) {
      return new Bmv2Target(
          channel,
          device.deviceId,
          new Bmv2DataPlane(
              NettyChannelBuilder.forAddress(bmv2DataPlane).usePlaintext().build(),
              device.deviceId));
    }
    LinkTarget target = new LinkTarget(channel, device.deviceId, client, links);
    target.checkWiring();
    return target;
  }

  private void push(P4RuntimeClient client) throws IOException {
    if (p4Info == null) {
      client.loadTern();
    } else {
      client.load(Files.readString(p4Info), Files.readAllBytes(deviceConfig), 0);
    }
  }

  private void checkOptions() {
    if (device.address == null) {
      throw usage("Missing required option: '--target=HOST:PORT'");
    }
    if (device.contradiction() != null) {
      throw usage(device.contradiction());
    }
    if (ports.isEmpty() == (bmv2DataPlane == null)) {
      throw usage("expected either --port, once for each port, or --bmv2-dataplane");
    }
    if ((p4Info == null) != (deviceConfig == null)) {
      throw usage("--p4info and --device-config belong together");
    }
    if (p4Info != null && !pushPipeline) {
      throw usage("--p4info and --device-config want --push-pipeline");
    }
    if (ports.stream().map(this::link).map(LinkSpec::port).distinct().count() < ports.size()) {
      throw usage("--port: two ends for one port");
    }
  }

  private LinkSpec link(String text) {
    try {
      return LinkSpec.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage("--port " + e.getMessage());
    }
  }

  private int cannot(String why) {
    spec.commandLine().getErr().println("tern conformance: " + why);
    spec.commandLine().getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
