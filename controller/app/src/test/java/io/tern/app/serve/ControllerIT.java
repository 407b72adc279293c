package io.tern.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tern.app.endpoint.HostAndPort;
import io.tern.app.serve.ControllerOptions.DeviceTls;
import io.tern.app.serve.ControllerOptions.Identity;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.TlsOptions;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.BackendServiceGrpc;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CidConfigServiceGrpc;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.GetCidConfigRequest;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole controller against an embedded switch. */
class ControllerIT {
  private static final long DEVICE_ID = 1;

  @TempDir Path directory;

  private EmbeddedSwitch device;
  private ManagedChannel channel;
  private Optional<DeviceTls> deviceTls = Optional.empty();

  @BeforeEach
  void startDevice() throws Exception {
    device =
        EmbeddedSwitch.builder()
            .deviceId(DEVICE_ID)
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
  }

  @AfterEach
  void stopDevice() {
    if (channel != null) {
      channel.shutdownNow();
    }
    device.close();
  }

  @Test
  void anIntentReachesTheDeviceThenTheServersAndARestartWritesNothing() throws Exception {
    try (Controller controller = start()) {
      connect(controller);
      createEverything();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                assertThat(device().getConnectionState())
                    .as("%s", device())
                    .isEqualTo(Device.ConnectionState.IN_SYNC);
                assertThat(cidConfig().getState()).isEqualTo(CidConfig.State.ACTIVE);
              });
      assertThat(device().getEntitiesWritten()).isPositive();
      var config =
          QuicServerServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .streamQuicServerConfig(
                  StreamQuicServerConfigRequest.newBuilder()
                      .setBackend("pools/web/backends/b1")
                      .build())
              .next();
      assertThat(config.getIssueCodepoint()).isZero();
      assertThat(config.getCidConfigs(0).getServerId().size()).isEqualTo(3);
      channel.shutdownNow();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(scrape(controller, "/metrics").body())
                      .as("a stream that its reader gave up")
                      .containsPattern(
                          "tern_northbound_calls_seconds_count\\{code=\"CANCELLED\","
                              + "method=\"tern.v1.QuicServerService/StreamQuicServerConfig\"} 1"));
    }
    try (Controller restarted = start()) {
      connect(restarted);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(device().getConnectionState())
                      .as("%s", device())
                      .isEqualTo(Device.ConnectionState.IN_SYNC));
      assertThat(device().getEntitiesWritten()).isZero();
      assertThat(cidConfig().getState()).isEqualTo(CidConfig.State.ACTIVE);
      String metrics = scrape(restarted, "/metrics").body();
      assertThat(metrics)
          .contains("tern_intent_resources{kind=\"backend\"} 1.0")
          .contains("tern_southbound_sessions{state=\"in_sync\"} 1.0")
          .contains("tern_northbound_calls_seconds_count{code=\"OK\"");
      assertThat(scrape(restarted, "/other").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aDeviceThatAsksForACertificateIsReachedWithOne() throws Exception {
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
    Path ca = write("ca.pem", authority.getCertificatePEM());
    Path certificates = write("cert.pem", own.getCertificatePathPEM());
    Path key = write("key.pem", own.getPrivateKeyPEM());
    device.close();
    device =
        EmbeddedSwitch.builder()
            .deviceId(DEVICE_ID)
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(new TlsOptions(certificates, key, ca))
            .start();

    deviceTls = Optional.of(new DeviceTls(ca, Optional.of(new Identity(certificates, key))));
    try (Controller controller = start()) {
      connect(controller);
      createEverything();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(device().getConnectionState())
                      .as("%s", device())
                      .isEqualTo(Device.ConnectionState.IN_SYNC));
    }
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void twoControllersDoNotShareADirectory() throws Exception {
    try (Controller first = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another controller");
      connect(first);
      createEverything();
    }
  }

  @Test
  void whatIsStartedIsClosedWhenAnAddressIsTaken() throws Exception {
    try (Controller first = start()) {
      ControllerOptions taken =
          new ControllerOptions(
              directory.resolve("second"),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), first.port()),
              Optional.empty(),
              false,
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      for (int i = 0; i < 2; i++) {
        // The second time it would say that the store is in use, had the first one left it open.
        assertThatThrownBy(() -> Controller.start(taken))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("cannot listen on");
      }
    }
  }

  @Test
  void theDataDirectoryIsForItsOwnerAlone() throws Exception {
    start().close();
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("data"))))
        .isEqualTo("rwx------");
  }

  private Controller start() throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return Controller.start(
        new ControllerOptions(
            directory.resolve("data"),
            anyPort,
            Optional.empty(),
            false,
            deviceTls,
            Optional.of(anyPort),
            Optional.empty()));
  }

  private void connect(Controller controller) {
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), controller.port()))
            .usePlaintext()
            .build();
  }

  private void createEverything() {
    int port = device.grpcAddress().orElseThrow().getPort();
    assertThat(
            DeviceServiceGrpc.newBlockingStub(channel)
                .createDevice(
                    CreateDeviceRequest.newBuilder()
                        .setDeviceId("s1")
                        .setDevice(
                            Device.newBuilder()
                                .setP4RuntimeAddress("127.0.0.1:" + port)
                                .setDeviceId(DEVICE_ID))
                        .build())
                .getName())
        .isEqualTo("devices/s1");
    assertThat(
            PoolServiceGrpc.newBlockingStub(channel)
                .createPool(
                    CreatePoolRequest.newBuilder()
                        .setPoolId("web")
                        .setPool(Pool.newBuilder().setFallbackSlots(128))
                        .build())
                .getName())
        .isEqualTo("pools/web");
    assertThat(
            CidConfigServiceGrpc.newBlockingStub(channel)
                .createCidConfig(
                    CreateCidConfigRequest.newBuilder()
                        .setParent("pools/web")
                        .setCidConfigId("0")
                        .setCidConfig(
                            CidConfig.newBuilder()
                                .setAlgorithm(CidAlgorithm.CID_ALGORITHM_PLAINTEXT)
                                .setServerIdLength(3)
                                .setNonceLength(7))
                        .build())
                .getName())
        .isEqualTo("pools/web/cidConfigs/0");
    assertThat(
            BackendServiceGrpc.newBlockingStub(channel)
                .createBackend(
                    CreateBackendRequest.newBuilder()
                        .setParent("pools/web")
                        .setBackendId("b1")
                        .setBackend(
                            Backend.newBuilder()
                                .setAddress("192.0.2.1")
                                .setPort(443)
                                .setNextHop(
                                    Backend.NextHop.newBuilder()
                                        .setMacAddress("02:00:00:00:00:01")
                                        .addDevicePorts(
                                            Backend.DevicePort.newBuilder()
                                                .setDevice("devices/s1")
                                                .setPort(1))))
                        .build())
                .getName())
        .isEqualTo("pools/web/backends/b1");
    assertThat(
            VipServiceGrpc.newBlockingStub(channel)
                .createVip(
                    CreateVipRequest.newBuilder()
                        .setVipId("front")
                        .setVip(
                            Vip.newBuilder()
                                .setAddress("198.51.100.1")
                                .setPort(443)
                                .setPool("pools/web"))
                        .build())
                .getName())
        .isEqualTo("vips/front");
  }

  private Device device() {
    return DeviceServiceGrpc.newBlockingStub(channel)
        .getDevice(GetDeviceRequest.newBuilder().setName("devices/s1").build());
  }

  private CidConfig cidConfig() {
    return CidConfigServiceGrpc.newBlockingStub(channel)
        .getCidConfig(GetCidConfigRequest.newBuilder().setName("pools/web/cidConfigs/0").build());
  }

  private static HttpResponse<String> scrape(Controller controller, String path) throws Exception {
    String address = HostAndPort.format(controller.metricsAddress().orElseThrow());
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
