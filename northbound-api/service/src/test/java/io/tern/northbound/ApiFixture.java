package io.tern.northbound;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.northbound.quicserver.IdentityPolicy;
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
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The API of a store, in process, and short ways to say what tests say often. */
final class ApiFixture implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

  final IntentStore store;
  final FakeDeviceStatuses statuses = new FakeDeviceStatuses();
  final NorthboundApi api;
  final ManagedChannel channel;
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final ExecutorService streams = Executors.newSingleThreadExecutor();
  private final Server server;

  ApiFixture(IntentStore store) throws Exception {
    this.store = store;
    InstantSource source = now::get;
    Clock clock = source.withZone(ZoneOffset.UTC);
    this.api = new NorthboundApi(store, statuses, IdentityPolicy.allowAll(), clock, streams);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    api.addTo(builder);
    this.server = builder.build().start();
    this.channel = InProcessChannelBuilder.forName(name).build();
  }

  void advanceClock(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  VipServiceGrpc.VipServiceBlockingStub vips() {
    return VipServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  PoolServiceGrpc.PoolServiceBlockingStub pools() {
    return PoolServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  CidConfigServiceGrpc.CidConfigServiceBlockingStub cidConfigs() {
    return CidConfigServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  BackendServiceGrpc.BackendServiceBlockingStub backends() {
    return BackendServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  DeviceServiceGrpc.DeviceServiceBlockingStub devices() {
    return DeviceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  QuicServerServiceGrpc.QuicServerServiceBlockingStub quicServers() {
    return QuicServerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  Pool createPool(String id) {
    return pools().createPool(poolRequest(id));
  }

  Vip createVip(String id, String address, String pool) {
    return vips().createVip(vipRequest(id, address, pool));
  }

  Backend createBackend(String pool, String id, String address) {
    return backends().createBackend(backendRequest(pool, id, address));
  }

  CidConfig createCidConfig(String pool, int codepoint) {
    return cidConfigs().createCidConfig(cidConfigRequest(pool, codepoint));
  }

  Device createDevice(String id, String target) {
    return devices().createDevice(deviceRequest(id, target));
  }

  /** What the controller does once every device has a configuration. */
  void activate(String pool, int codepoint) throws Exception {
    store.update(
        intent -> IntentChanges.advanceConfigs(intent, Set.of(new CidConfigKey(pool, codepoint))));
  }

  static CreatePoolRequest poolRequest(String id) {
    return CreatePoolRequest.newBuilder().setPoolId(id).setPool(Pool.getDefaultInstance()).build();
  }

  static CreateVipRequest vipRequest(String id, String address, String pool) {
    return CreateVipRequest.newBuilder()
        .setVipId(id)
        .setVip(Vip.newBuilder().setAddress(address).setPort(443).setPool("pools/" + pool))
        .build();
  }

  static CreateBackendRequest backendRequest(String pool, String id, String address) {
    return CreateBackendRequest.newBuilder()
        .setParent("pools/" + pool)
        .setBackendId(id)
        .setBackend(
            Backend.newBuilder()
                .setAddress(address)
                .setPort(4433)
                .setNextHop(Backend.NextHop.newBuilder().setMacAddress("02:00:00:00:00:01")))
        .build();
  }

  static CreateCidConfigRequest cidConfigRequest(String pool, int codepoint) {
    return CreateCidConfigRequest.newBuilder()
        .setParent("pools/" + pool)
        .setCidConfigId(Integer.toString(codepoint))
        .setCidConfig(
            CidConfig.newBuilder()
                .setAlgorithm(CidAlgorithm.CID_ALGORITHM_PLAINTEXT)
                .setServerIdLength(3)
                .setNonceLength(4))
        .build();
  }

  static CreateDeviceRequest deviceRequest(String id, String target) {
    return CreateDeviceRequest.newBuilder()
        .setDeviceId(id)
        .setDevice(Device.newBuilder().setP4RuntimeAddress(target).setDeviceId(1))
        .build();
  }

  /** Ends server and channel; the store stays open. */
  @Override
  public void close() throws InterruptedException {
    api.goAway();
    channel.shutdownNow();
    server.shutdownNow();
    server.awaitTermination(30, TimeUnit.SECONDS);
    streams.shutdownNow();
  }
}
