package io.tern.app.system;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractBlockingStub;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.BackendServiceGrpc;
import io.tern.proto.v1.ChangeType;
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
import io.tern.proto.v1.GetBackendRequest;
import io.tern.proto.v1.GetCidConfigRequest;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.ListBackendsRequest;
import io.tern.proto.v1.ListCidConfigsRequest;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.ListVipsRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.Station;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import io.tern.proto.v1.WatchVipsRequest;
import io.tern.proto.v1.WatchVipsResponse;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** The northbound API of a controller, as its clients use it. */
final class Northbound implements AutoCloseable {
  /** Long enough for a JVM to start on a busy machine. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final ManagedChannel channel;

  Northbound(InetSocketAddress address) {
    this.channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
  }

  /** A stub whose calls wait for the controller to serve. */
  <S extends AbstractBlockingStub<S>> S stub(Function<Channel, S> service) {
    return service.apply(channel).withWaitForReady().withDeadlineAfter(TIMEOUT);
  }

  Device createDevice(String id, int grpcPort, long deviceId, String stationMac, int stationPort) {
    return stub(DeviceServiceGrpc::newBlockingStub)
        .createDevice(
            CreateDeviceRequest.newBuilder()
                .setDeviceId(id)
                .setDevice(
                    Device.newBuilder()
                        .setP4RuntimeAddress("127.0.0.1:" + grpcPort)
                        .setDeviceId(deviceId)
                        .addStations(
                            Station.newBuilder().setMacAddress(stationMac).setPort(stationPort)))
                .build());
  }

  Device device(String id) {
    return stub(DeviceServiceGrpc::newBlockingStub)
        .getDevice(GetDeviceRequest.newBuilder().setName("devices/" + id).build());
  }

  Pool createPool(String id, int fallbackSlots) {
    return stub(PoolServiceGrpc::newBlockingStub)
        .createPool(
            CreatePoolRequest.newBuilder()
                .setPoolId(id)
                .setPool(Pool.newBuilder().setFallbackSlots(fallbackSlots))
                .build());
  }

  CidConfig createPlaintextConfig(String pool, int codepoint, int serverIdLength, int nonceLength) {
    return stub(CidConfigServiceGrpc::newBlockingStub)
        .createCidConfig(
            CreateCidConfigRequest.newBuilder()
                .setParent("pools/" + pool)
                .setCidConfigId(Integer.toString(codepoint))
                .setCidConfig(
                    CidConfig.newBuilder()
                        .setAlgorithm(CidAlgorithm.CID_ALGORITHM_PLAINTEXT)
                        .setServerIdLength(serverIdLength)
                        .setNonceLength(nonceLength))
                .build());
  }

  CidConfig cidConfig(String pool, int codepoint) {
    return stub(CidConfigServiceGrpc::newBlockingStub)
        .getCidConfig(
            GetCidConfigRequest.newBuilder()
                .setName("pools/" + pool + "/cidConfigs/" + codepoint)
                .build());
  }

  Backend createBackend(
      String pool, String id, String address, String mac, String device, int devicePort) {
    return stub(BackendServiceGrpc::newBlockingStub)
        .createBackend(
            CreateBackendRequest.newBuilder()
                .setParent("pools/" + pool)
                .setBackendId(id)
                .setBackend(
                    Backend.newBuilder()
                        .setAddress(address)
                        .setPort(4433)
                        .setNextHop(
                            Backend.NextHop.newBuilder()
                                .setMacAddress(mac)
                                .addDevicePorts(
                                    Backend.DevicePort.newBuilder()
                                        .setDevice("devices/" + device)
                                        .setPort(devicePort))))
                .build());
  }

  /** Does not wait for a controller that is away. */
  Backend createNow(CreateBackendRequest request) {
    return BackendServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(TIMEOUT)
        .createBackend(request);
  }

  Backend backend(String pool, String id) {
    return stub(BackendServiceGrpc::newBlockingStub)
        .getBackend(
            GetBackendRequest.newBuilder().setName("pools/" + pool + "/backends/" + id).build());
  }

  Vip createVip(String id, String address, int port, String pool) {
    return stub(VipServiceGrpc::newBlockingStub)
        .createVip(
            CreateVipRequest.newBuilder()
                .setVipId(id)
                .setVip(Vip.newBuilder().setAddress(address).setPort(port).setPool("pools/" + pool))
                .build());
  }

  /** What a QUIC server is told first. */
  QuicServerConfig quicServerConfig(String pool, String backend) {
    return stub(QuicServerServiceGrpc::newBlockingStub)
        .streamQuicServerConfig(
            StreamQuicServerConfigRequest.newBuilder()
                .setBackend("pools/" + pool + "/backends/" + backend)
                .build())
        .next();
  }

  /** The server ID of a backend in a configuration. */
  ByteString serverId(String pool, String backend, int codepoint) {
    return backend(pool, backend).getServerIdsList().stream()
        .filter(id -> id.getCidConfig().equals("pools/" + pool + "/cidConfigs/" + codepoint))
        .findAny()
        .orElseThrow()
        .getServerId();
  }

  /** Every pool, CID configuration, backend and VIP that there is. */
  List<Object> everything() {
    List<Object> all = new ArrayList<>();
    all.addAll(
        stub(PoolServiceGrpc::newBlockingStub)
            .listPools(ListPoolsRequest.getDefaultInstance())
            .getPoolsList());
    all.addAll(
        stub(CidConfigServiceGrpc::newBlockingStub)
            .listCidConfigs(ListCidConfigsRequest.newBuilder().setParent("pools/-").build())
            .getCidConfigsList());
    all.addAll(
        stub(BackendServiceGrpc::newBlockingStub)
            .listBackends(ListBackendsRequest.newBuilder().setParent("pools/-").build())
            .getBackendsList());
    all.addAll(
        stub(VipServiceGrpc::newBlockingStub)
            .listVips(ListVipsRequest.getDefaultInstance())
            .getVipsList());
    return all;
  }

  /** Revision of the intent. */
  long revision() {
    Iterator<WatchVipsResponse> changes =
        stub(VipServiceGrpc::newBlockingStub).watchVips(WatchVipsRequest.getDefaultInstance());
    WatchVipsResponse change = changes.next();
    while (change.getType() != ChangeType.SNAPSHOT_COMPLETE) {
      change = changes.next();
    }
    return change.getRevision();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
