package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.tern.core.intent.Endpoint;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.southbound.testing.Certificates;
import io.tern.southbound.testing.FakeTimer;
import io.tern.southbound.testing.ScriptedDevice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels to a P4Runtime server on a TCP socket. */
class NettyChannelFactoryIT {
  @TempDir Path folder;

  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final ScriptedDevice device = new ScriptedDevice(new FakeTimer());
  private Server server;

  @AfterEach
  void close() {
    server.shutdownNow();
    device.close();
    executor.shutdownNow();
  }

  private void serve(ServerCredentials credentials) throws Exception {
    serve(InetAddress.getLoopbackAddress(), credentials);
  }

  private void serve(InetAddress address, ServerCredentials credentials) throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(address, 0), credentials)
            .addService(device)
            .build()
            .start();
  }

  private String apiVersion(ChannelCredentials credentials) throws InterruptedException {
    return apiVersion("127.0.0.1", credentials);
  }

  private String apiVersion(String host, ChannelCredentials credentials)
      throws InterruptedException {
    return call(
            credentials, host, stub -> stub.capabilities(CapabilitiesRequest.getDefaultInstance()))
        .getP4RuntimeApiVersion();
  }

  private <T> T call(
      ChannelCredentials credentials,
      String host,
      Function<P4RuntimeGrpc.P4RuntimeBlockingStub, T> rpc)
      throws InterruptedException {
    ManagedChannel channel =
        new NettyChannelFactory(credentials, executor).open(host + ":" + server.getPort());
    try {
      return rpc.apply(
          P4RuntimeGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void clearText() throws Exception {
    serve(InsecureServerCredentials.create());

    assertThat(apiVersion(NettyChannelFactory.plaintext())).isEqualTo("1.3.0");
  }

  /** The errors travel as metadata: gRPC would take no more than 8 KiB of it. */
  @Test
  void whatIsWrongWithEachUpdateOfALargeBatchArrives() throws Exception {
    serve(InsecureServerCredentials.create());
    device.setCookie(1);
    device.judge(
        update ->
            Status.RESOURCE_EXHAUSTED.withDescription(
                "table 'TernIngress.fallback.fallback' is full: it has room for 524,288 entries, and"
                    + " none for "
                    + Updates.keyOf(update)));
    WriteRequest request =
        WriteRequest.newBuilder()
            .setDeviceId(ScriptedDevice.DEVICE_ID)
            .addAllUpdates(Updates.inserts(0, 1_000))
            .build();

    assertThatThrownBy(
            () -> call(NettyChannelFactory.plaintext(), "127.0.0.1", stub -> stub.write(request)))
        .satisfies(
            error ->
                assertThat(WriteErrors.perUpdate(error, 1_000))
                    .hasValueSatisfying(
                        statuses -> {
                          assertThat(statuses).hasSize(1_000);
                          assertThat(statuses.get(999).getCode())
                              .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                          assertThat(statuses.get(999).getDescription()).contains("none for 999");
                        }));
  }

  @Test
  void deviceByIpv6Address() throws Exception {
    serve(Endpoint.parseAddress("::1"), InsecureServerCredentials.create());

    assertThat(apiVersion("[::1]", NettyChannelFactory.plaintext())).isEqualTo("1.3.0");
  }

  @Test
  void deviceByName() throws Exception {
    serve(InsecureServerCredentials.create());

    assertThat(apiVersion("localhost", NettyChannelFactory.plaintext())).isEqualTo("1.3.0");
  }

  @Test
  void deviceWithACertificateOfOurAuthority() throws Exception {
    Certificates trusted = Certificates.create(folder.resolve("trusted"));
    serve(
        TlsServerCredentials.create(trusted.certificate().toFile(), trusted.privateKey().toFile()));

    assertThat(apiVersion(NettyChannelFactory.tls(trusted.authority()))).isEqualTo("1.3.0");
  }

  @Test
  void deviceWithACertificateOfAnotherAuthorityIsRefused() throws Exception {
    Certificates trusted = Certificates.create(folder.resolve("trusted"));
    Certificates other = Certificates.create(folder.resolve("other"));
    serve(TlsServerCredentials.create(other.certificate().toFile(), other.privateKey().toFile()));

    assertThatThrownBy(() -> apiVersion(NettyChannelFactory.tls(trusted.authority())))
        .satisfies(
            e -> {
              assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(StatusText.of(Status.fromThrowable(e))).contains("certification path");
            });
  }

  @Test
  void deviceThatWantsOurCertificate() throws Exception {
    Certificates trusted = Certificates.create(folder.resolve("trusted"));
    serve(
        TlsServerCredentials.newBuilder()
            .keyManager(trusted.certificate().toFile(), trusted.privateKey().toFile())
            .trustManager(trusted.authority().toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build());

    assertThat(
            apiVersion(
                NettyChannelFactory.mutualTls(
                    trusted.authority(), trusted.certificate(), trusted.privateKey())))
        .isEqualTo("1.3.0");
    assertThatThrownBy(() -> apiVersion(NettyChannelFactory.tls(trusted.authority())))
        .satisfies(
            e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }
}
