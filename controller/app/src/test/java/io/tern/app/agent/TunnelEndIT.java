package io.tern.app.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.p4.conformance.fixture.Forwarding;
import io.tern.p4.conformance.fixture.Forwarding.L2;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.link.InterfaceLink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Tunnels that end on a real server: packets in them reach its UDP socket, by {@code tern agent
 * --tunnel-end} alone, without a tunnel interface of the kernel's.
 */
class TunnelEndIT {
  private static final String CLIENT = "198.51.100.7";
  private static final L2 HOP = new L2("02:00:00:00:7e:01", "02:00:00:00:0c:01");
  private static final String PINS = "/sys/fs/bpf/tern-tests";

  private final long pid = ProcessHandle.current().pid();
  private final String namespace = "ta" + Long.toString(pid, 36) + "-te";
  private final String near = namespace + "n";
  private final String far = namespace + "f";
  private final String deviceId = Long.toString(pid * 1000 + 700);

  @TempDir Path directory;

  private Process host;

  @BeforeEach
  void makeHost() throws IOException {
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    Path bpffs = Path.of("/sys/fs/bpf");
    boolean pins = Files.exists(bpffs) && Files.getFileStore(bpffs).type().equals("bpf");
    if (!root || !pins) {
      System.out.println(
          "NOT RUN: TunnelEndIT, because it needs root and a BPF file system at /sys/fs/bpf");
    }
    assumeTrue(root && pins, "needs root and a BPF file system");
    run("ip", "netns", "add", namespace);
    run(
        "ip",
        "link",
        "add",
        near,
        "type",
        "veth",
        "peer",
        "name",
        far,
        "address",
        HOP.dstMac(),
        "netns",
        namespace);
    run("sysctl", "-q", "-w", "net.ipv6.conf." + near + ".disable_ipv6=1");
    run("ip", "link", "set", near, "up");
    inside("ip", "link", "set", far, "up");
    inside("ip", "link", "set", "lo", "up");
    inside("ip", "address", "add", TunnelEndHost.VIP + "/32", "dev", "lo");
    // Clients are nowhere in this network.
    inside("sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=0");
    inside("sysctl", "-q", "-w", "net.ipv4.conf." + far + ".rp_filter=0");
    inside("ip", "route", "add", "default", "dev", far);
  }

  @AfterEach
  void clear() throws Exception {
    if (host != null) {
      host.destroyForcibly().waitFor();
      new CommandLine(new AgentCommand())
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setOut(new PrintWriter(new StringWriter()))
          .execute(
              "--detach",
              "--device-id",
              deviceId,
              "--pin-dir",
              PINS,
              "--run-dir",
              run().toString());
    }
    if (run("ip", "netns").contains(namespace)) {
      run("ip", "netns", "delete", namespace);
    }
  }

  private Path run() {
    return directory.resolve("run");
  }

  @Test
  void whatComesByATunnelFromWhereItMayReachesTheServer() throws Exception {
    BufferedReader arriving =
        start(
            "--tunnel-end=ipip:203.0.113.7,10.0.0.0/8",
            "--tunnel-end=gue:203.0.113.8:6080,10.1.0.0/16",
            "--tunnel-end=ipip:2001:db8::7,2001:db8:1::/48",
            "--tunnel-end=gue:[2001:db8::8]:6081,2001:db8:1::/48");
    List<Octets> sent = new ArrayList<>();
    try (InterfaceLink link = InterfaceLink.open(near)) {
      sent.add(send(link, 1, new Forwarding.Ipip(HOP, "10.0.0.1", "203.0.113.7", 0)));
      sent.add(send(link, 2, new Forwarding.Gue(HOP, "10.1.0.1", "203.0.113.8", 6080)));
      sent.add(send(link, 3, new Forwarding.Ipip(HOP, "2001:db8:1::1", "2001:db8::7", 0)));
      sent.add(send(link, 4, new Forwarding.Gue(HOP, "2001:db8:1::1", "2001:db8::8", 6081)));
      // Senders and ends that nobody named: these stay in their tunnels.
      send(link, 5, new Forwarding.Ipip(HOP, "11.0.0.1", "203.0.113.7", 0));
      send(link, 6, new Forwarding.Gue(HOP, "10.2.0.1", "203.0.113.8", 6080));
      send(link, 7, new Forwarding.Ipip(HOP, "2001:db8:2::1", "2001:db8::7", 0));
      send(link, 8, new Forwarding.Ipip(HOP, "10.0.0.1", "203.0.113.9", 0));
      sent.add(send(link, 9, new Forwarding.Ipip(HOP, "10.0.0.1", "203.0.113.7", 0)));
    }
    for (Octets payload : sent) {
      assertThat(arriving.readLine()).isEqualTo(CLIENT + " " + payload);
    }
  }

  /** The payload of a packet to the VIP that was sent in a tunnel. */
  private static Octets send(InterfaceLink link, int number, Forwarding tunnel) throws IOException {
    Octets payload =
        Quic.shortHeader(Quic.cid(0, TunnelEndHost.SID, 4), Octets.counting(number, 24));
    link.send(
        tunnel.delivered(
            Frame.between(CLIENT, TunnelEndHost.VIP).dstPort(TunnelEndHost.PORT).payload(payload)));
    return payload;
  }

  /** Starts the host; what it says from when on it is ready. */
  private BufferedReader start(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "nsenter",
                "--net=/run/netns/" + namespace,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TunnelEndHost.class.getName(),
                "--interface",
                far,
                "--grpc",
                "127.0.0.1:0",
                "--pin-dir",
                PINS,
                "--run-dir",
                run().toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("--device-id", deviceId));
    Path log = directory.resolve("host.log");
    host = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader output = new BufferedReader(new InputStreamReader(host.getInputStream(), UTF_8));
    String line = output.readLine();
    while (line != null && !line.equals("ready")) {
      line = output.readLine();
    }
    assertThat(line).as("the host: %s", Files.readString(log)).isEqualTo("ready");
    return output;
  }

  private void inside(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    run(all.toArray(String[]::new));
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return output;
  }
}
