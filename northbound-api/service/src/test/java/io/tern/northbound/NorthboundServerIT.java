package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.IntentStore;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.WatchPoolsRequest;
import io.tern.proto.v1.WatchPoolsResponse;
import io.tern.store.InMemoryIntentStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real server on a loopback port, in plain text. */
class NorthboundServerIT {
  private final IntentStore store = new InMemoryIntentStore();
  private NorthboundServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server = builder().start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
    store.close();
  }

  private NorthboundServer.Builder builder() {
    return NorthboundServer.builder(store)
        .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .drainTime(Duration.ofSeconds(30));
  }

  @Test
  void healthIsServing() {
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(answer.get(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(
            "tern.v1.VipService",
            "tern.v1.PoolService",
            "tern.v1.CidConfigService",
            "tern.v1.BackendService",
            "tern.v1.DeviceService",
            "tern.v1.QuicServerService");
    requests.onCompleted();
  }

  @Test
  void aRequestThatIsTooLargeIsRefused() {
    CreateDeviceRequest request =
        CreateDeviceRequest.newBuilder()
            .setDeviceId("s1")
            .setDevice(Device.newBuilder().setP4RuntimeAddress("x".repeat(2 << 20)))
            .build();
    assertThatThrownBy(
            () ->
                DeviceServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .createDevice(request))
        .satisfies(
            e ->
                assertThat(Status.fromThrowable(e).getCode())
                    .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED));
    assertThat(store.current().devices()).isEmpty();
  }

  @Test
  void detailsOfErrorsSurviveTheRealTransport() {
    Refusal.of(
            () ->
                PoolServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .createPool(ApiFixture.poolRequest("é".repeat(100_000))))
        .is(Status.Code.INVALID_ARGUMENT)
        .onlyFields("pool_id");
  }

  @Test
  void closingEndsWatchesAtOnceAndIsIdempotent() throws Exception {
    SlowReader<WatchPoolsRequest, WatchPoolsResponse> reader = new SlowReader<>();
    PoolServiceGrpc.newStub(channel).watchPools(WatchPoolsRequest.getDefaultInstance(), reader);
    reader.read();
    server.close();
    assertThat(reader.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    server.close();
    assertThat(store.current()).isNotNull();
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    assertThatThrownBy(
            () ->
                builder()
                    .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                    .start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen")
        .hasMessageContaining(Integer.toString(server.port()));
  }

  @Test
  void anAddressThatOtherHostsReachNeedsClientCertificates() throws Exception {
    InetSocketAddress everywhere = new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0);
    assertThatThrownBy(() -> builder().address(everywhere).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client certificates");
  }

  @Test
  void filesOfTlsThatAreNotThereAreNamed() {
    Path nowhere = Path.of("nowhere.pem");
    assertThatThrownBy(
            () -> builder().tls(new NorthboundTls(nowhere, nowhere, Optional.empty())).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nowhere.pem");
  }
}
