package io.tern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.tern.embedded.p4runtime.FakeDataPlane;
import io.tern.embedded.p4runtime.TestController;
import io.tern.embedded.p4runtime.TestProgram;
import io.tern.embedded.port.MemoryPort;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSwitchTest {
  private final String name = UUID.randomUUID().toString();

  private EmbeddedSwitch.Builder builder() {
    return EmbeddedSwitch.builder().dataPlaneLoader(json -> new FakeDataPlane()).inProcess(name);
  }

  private static InetSocketAddress anyLoopbackPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Test
  void framesPassFromPortToPortOnceAControllerHasLoadedAPipeline() throws Exception {
    MemoryPort one = new MemoryPort();
    MemoryPort two = new MemoryPort();
    try (EmbeddedSwitch sw = builder().port(1, one).start();
        TestController controller = new TestController(name)) {
      sw.addPort(2, two);
      one.inject(new byte[] {2, 1});
      sw.awaitForwarded();
      controller.primary(5);
      controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());

      one.inject(new byte[] {2, 2});
      sw.awaitForwarded();

      assertThat(two.poll(Duration.ZERO)).containsExactly(2, 2);
      assertThat(sw.statistics().device().withoutPipeline()).isEqualTo(1);
      assertThat(sw.statistics().ports().get(1).receivedFrames()).isEqualTo(2);
    }
  }

  @Test
  void frameToTheCpuPortBecomesAPacketIn() throws Exception {
    MemoryPort one = new MemoryPort();
    try (EmbeddedSwitch sw =
            builder().port(1, one).cpuPort(192).pipeline(TestProgram.config()).start();
        TestController controller = new TestController(name)) {
      TestController.Stream primary = controller.primary(5);

      one.inject(new byte[] {(byte) 192, 0, 42});

      assertThat(primary.next().getPacket().getPayload().toByteArray()).containsExactly(42);
      // The stream may have it before the forwarding thread has counted it.
      sw.awaitForwarded();
      assertThat(sw.statistics().device().packetIns()).isEqualTo(1);
    }
  }

  @Test
  void serverOverTcpTellsItsAddress() throws Exception {
    try (EmbeddedSwitch sw = builder().deviceId(9).grpcAddress(anyLoopbackPort()).start()) {
      InetSocketAddress address = sw.grpcAddress().orElseThrow();
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress(
                  address.getHostString(),
                  address.getPort(),
                  io.grpc.InsecureChannelCredentials.create())
              .build();
      try {
        assertThat(capabilities(channel)).isEqualTo("1.4.1");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static String capabilities(ManagedChannel channel) {
    return P4RuntimeGrpc.newBlockingStub(channel)
        .capabilities(CapabilitiesRequest.newBuilder().setDeviceId(9).build())
        .getP4RuntimeApiVersion();
  }

  @Test
  void clientWithoutATrustedCertificateIsRefused(@TempDir Path directory) throws Exception {
    TestCertificates certificates = TestCertificates.in(directory);
    TlsOptions tls =
        new TlsOptions(
            certificates.certificate(), certificates.privateKey(), certificates.certificate());
    try (EmbeddedSwitch sw =
        builder().deviceId(9).grpcAddress(anyLoopbackPort()).tls(tls).start()) {
      InetSocketAddress address = sw.grpcAddress().orElseThrow();
      ChannelCredentials nobody =
          TlsChannelCredentials.newBuilder()
              .trustManager(certificates.certificate().toFile())
              .build();
      ChannelCredentials known =
          TlsChannelCredentials.newBuilder()
              .trustManager(certificates.certificate().toFile())
              .keyManager(certificates.certificate().toFile(), certificates.privateKey().toFile())
              .build();

      ManagedChannel refused = secure(address, nobody);
      ManagedChannel served = secure(address, known);
      try {
        assertThat(TestController.code(catchThrowable(() -> capabilities(refused))))
            .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(capabilities(served)).isEqualTo("1.4.1");
      } finally {
        refused.shutdownNow();
        served.shutdownNow();
      }
    }
  }

  private static ManagedChannel secure(InetSocketAddress address, ChannelCredentials credentials) {
    return Grpc.newChannelBuilderForAddress("localhost", address.getPort(), credentials).build();
  }

  @Test
  void closeEndsStreamsWithUnavailableAndClosesPorts() throws Exception {
    MemoryPort one = new MemoryPort();
    EmbeddedSwitch sw = builder().port(1, one).start();
    try (TestController controller = new TestController(name)) {
      TestController.Stream primary = controller.primary(5);

      sw.close();

      assertThat(primary.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThatThrownBy(() -> one.inject(new byte[1])).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void addressThatIsTakenIsAnErrorAndLeavesNothingOpen() throws Exception {
    try (EmbeddedSwitch first = builder().grpcAddress(anyLoopbackPort()).start()) {
      MemoryPort port = new MemoryPort();
      InetSocketAddress taken = first.grpcAddress().orElseThrow();

      assertThatThrownBy(
              () ->
                  EmbeddedSwitch.builder()
                      .dataPlaneLoader(json -> new FakeDataPlane())
                      .grpcAddress(taken)
                      .port(1, port)
                      .start())
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> port.inject(new byte[1])).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void settingsThatMakeNoSwitchAreRefused() {
    assertThatThrownBy(() -> builder().deviceId(0).start()).hasMessageContaining("deviceId is 0");
    assertThatThrownBy(() -> builder().cpuPort(511).start())
        .hasMessage("port 511: expected 0 to 510");
    assertThatThrownBy(() -> EmbeddedSwitch.builder().start())
        .hasMessageContaining("needs grpcAddress or inProcess");
    assertThatThrownBy(
            () -> builder().pipeline(TestProgram.config(TestProgram.p4Info(), "nonsense")).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p4_device_config is no JSON");
  }
}
