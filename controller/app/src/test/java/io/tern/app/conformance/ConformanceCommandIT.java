package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.TlsOptions;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.embedded.port.EthernetOverUdpPort;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** The command against an embedded switch at the other end of sockets. */
class ConformanceCommandIT {
  private static final int PORTS = 5;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> ports = new ArrayList<>();
  private PortSelector selector;
  private EmbeddedSwitch device;

  @TempDir private Path folder;

  @BeforeEach
  void startSwitch() throws IOException {
    selector = PortSelector.start("switch ports");
    startSwitch(Optional.empty());
  }

  private void startSwitch(Optional<TlsOptions> tls) throws IOException {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .deviceId(7)
            .grpcAddress(loopback(0))
            .dataPlaneLoader(json -> new InterpretedDataPlane(ProgramReader.read(json)));
    tls.ifPresent(builder::tls);
    ports.clear();
    for (int port = 0; port < PORTS; port++) {
      int here = freePort();
      int there = freePort();
      builder.port(port, new EthernetOverUdpPort(selector, loopback(there), loopback(here)));
      ports.add("--port=%d=udp:127.0.0.1:%d,127.0.0.1:%d".formatted(port, here, there));
    }
    device = builder.start();
  }

  @AfterEach
  void stopSwitch() {
    device.close();
    selector.close();
  }

  @Test
  void rowsPassAndTheDeviceIsLeftAsItWas() {
    assertThat(conformance(ports, "--push-pipeline", "--filter=VLAN")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .containsPattern("tern conformance: \\d\\d+ rows passed, 0 failed, 0 not applicable");

    // Entries that were left would be in the way now.
    assertThat(conformance(ports, "--filter=DTLS")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("tern conformance: the device has what it had before, but for its counters");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void onlyRowsThatWantAPortThatIsNotThereDoNotApply() {
    assertThat(conformance(ports.subList(1, PORTS), "--push-pipeline", "--filter=packet-out"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .containsPattern("tern conformance: [1-9]\\d* rows passed, 0 failed, 1 not applicable")
        .contains("1 row not applicable: wants a link to port 0");
  }

  @Test
  void aRunInWhichNoRowAppliesIsAFailure() {
    assertThat(conformance(ports.subList(1, PORTS), "--push-pipeline", "--filter=packet-out by"))
        .isEqualTo(ExitCode.SOFTWARE);
    assertThat(out.toString())
        .contains(
            "0 rows passed, 0 failed, 1 not applicable",
            "1 row not applicable: wants a link to port 0",
            "tern conformance: no row passed");
  }

  @Test
  void aDeviceWithoutAProgramIsToldFromOneThatFails() {
    assertThat(conformance(ports, "--filter=DTLS")).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString())
        .contains("the device has no program: load Tern's, or use --push-pipeline");
  }

  @Test
  void aPortThatIsWiredWronglyIsNamed() throws IOException {
    List<String> wrong = new ArrayList<>(ports);
    wrong.set(2, "--port=2=udp:127.0.0.1:%d,127.0.0.1:%d".formatted(freePort(), freePort()));

    assertThat(conformance(wrong, "--push-pipeline", "--filter=DTLS")).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("a packet-out does not come back by port 2");
  }

  @Test
  void aDeviceThatEncryptsAndAsksForACertificateIsReachedWithOne() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=test authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle own =
        new CertificateBuilder()
            .subject("CN=both ends")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
    Path certificate =
        Files.writeString(folder.resolve("certificate.pem"), own.getCertificatePathPEM());
    Path key = Files.writeString(folder.resolve("key.pem"), own.getPrivateKeyPEM());
    device.close();
    startSwitch(Optional.of(new TlsOptions(certificate, key, ca)));

    assertThat(
            conformance(
                ports,
                "--push-pipeline",
                "--filter=DTLS",
                "--tls-ca=" + ca,
                "--tls-cert=" + certificate,
                "--tls-key=" + key))
        .as(err.toString())
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString()).containsPattern("tern conformance: \\d+ rows passed, 0 failed");

    assertThat(conformance(ports, "--filter=DTLS", "--tls-ca=" + ca))
        .as("without the certificate that it asks for")
        .isEqualTo(ExitCode.SOFTWARE);
  }

  private int conformance(List<String> ends, String... more) {
    CommandLine command = new CommandLine(new ConformanceCommand());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    List<String> arguments = new ArrayList<>(ends);
    arguments.add("--target=127.0.0.1:" + device.grpcAddress().orElseThrow().getPort());
    arguments.add("--device-id=7");
    arguments.addAll(List.of(more));
    return command.execute(arguments.toArray(String[]::new));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(loopback(0))) {
      return socket.getLocalPort();
    }
  }
}
