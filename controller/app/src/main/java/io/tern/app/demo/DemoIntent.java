package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.tern.app.endpoint.HostAndPort;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.BackendServiceGrpc;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CidConfigServiceGrpc;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.Forwarding;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.Station;
import io.tern.proto.v1.UpdateBackendRequest;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import io.tern.proto.v1.WatchCidConfigsRequest;
import io.tern.proto.v1.WatchDevicesRequest;
import io.tern.proto.v1.WatchVipsRequest;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the demo asks of the controller, over the northbound API like any other client. */
final class DemoIntent {
  private static final int KEY_LENGTH = 16;
  private static final int MIN_FALLBACK_SLOTS = 4_096;
  private static final int DEFAULT_WEIGHT = io.tern.core.intent.Backend.DEFAULT_WEIGHT;

  private final ManagedChannel channel;
  private final Duration timeout;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param timeout for each call, the time until the controller serves included
   */
  DemoIntent(ManagedChannel channel, Duration timeout) {
    this.channel = requireNonNull(channel, "channel");
    this.timeout = requireNonNull(timeout, "timeout");
  }

  /**
   * A device; its name is returned.
   *
   * @param mac source of what it forwards
   * @param stations what it carries other traffic to, by its ports
   */
  String createDevice(
      String id,
      InetSocketAddress p4Runtime,
      long deviceId,
      MacAddress mac,
      Map<MacAddress, Integer> stations) {
    return createDevice(id, device(p4Runtime, deviceId, mac), stations);
  }

  /**
   * A real server as a device; its name is returned.
   *
   * @param mac source of what it sends on
   */
  String createRealServer(String id, InetSocketAddress p4Runtime, long deviceId, MacAddress mac) {
    return createDevice(id, device(p4Runtime, deviceId, mac).setSteerOnly(true), Map.of());
  }

  private static Device.Builder device(InetSocketAddress p4Runtime, long deviceId, MacAddress mac) {
    return Device.newBuilder()
        .setP4RuntimeAddress(HostAndPort.format(p4Runtime))
        .setDeviceId(deviceId)
        .setMacAddress(mac.toString());
  }

  private String createDevice(String id, Device.Builder device, Map<MacAddress, Integer> stations) {
    stations.forEach(
        (station, port) ->
            device.addStations(
                Station.newBuilder().setMacAddress(station.toString()).setPort(port)));
    return call(DeviceServiceGrpc.newBlockingStub(channel))
        .createDevice(CreateDeviceRequest.newBuilder().setDeviceId(id).setDevice(device).build())
        .getName();
  }

  /**
   * A pool; its name is returned.
   *
   * @param backends how many it is going to have
   */
  String createPool(String id, int backends) {
    return createPool(id, backends, Forwarding.getDefaultInstance());
  }

  /** A pool whose backends are behind NAT; otherwise as {@link #createPool(String, int)}. */
  String createNatPool(String id, int backends) {
    return createPool(
        id, backends, Forwarding.newBuilder().setNat(Forwarding.Nat.getDefaultInstance()).build());
  }

  private String createPool(String id, int backends, Forwarding forwarding) {
    return call(PoolServiceGrpc.newBlockingStub(channel))
        .createPool(
            CreatePoolRequest.newBuilder()
                .setPoolId(id)
                .setPool(
                    Pool.newBuilder()
                        .setFallbackSlots(fallbackSlots(backends))
                        .setForwarding(forwarding))
                .build())
        .getName();
  }

  /** A CID configuration with codepoint 0 and, if the algorithm encrypts, a new key. */
  void createCidConfig(String pool, DemoAlgorithm algorithm) {
    CidConfig.Builder config =
        CidConfig.newBuilder()
            .setAlgorithm(algorithm.inApi())
            .setServerIdLength(algorithm.serverIdLength())
            .setNonceLength(algorithm.nonceLength());
    if (algorithm.encrypts()) {
      byte[] key = new byte[KEY_LENGTH];
      random.nextBytes(key);
      config.setKey(ByteString.copyFrom(key));
    }
    call(CidConfigServiceGrpc.newBlockingStub(channel))
        .createCidConfig(
            CreateCidConfigRequest.newBuilder()
                .setParent(pool)
                .setCidConfigId("0")
                .setCidConfig(config)
                .build());
  }

  /**
   * A backend; its name is returned.
   *
   * @param ports behind which it is, by the names of devices
   */
  String createBackend(
      String pool, String id, Endpoint endpoint, MacAddress mac, Map<String, Integer> ports) {
    return createBackend(pool, id, endpoint, mac, ports, DEFAULT_WEIGHT);
  }

  /**
   * The same with a share of the fallback of its own.
   *
   * @param weight 0: it is reached by its server IDs alone
   */
  String createBackend(
      String pool,
      String id,
      Endpoint endpoint,
      MacAddress mac,
      Map<String, Integer> ports,
      int weight) {
    Backend.NextHop.Builder nextHop = Backend.NextHop.newBuilder().setMacAddress(mac.toString());
    ports.forEach(
        (device, port) ->
            nextHop.addDevicePorts(
                Backend.DevicePort.newBuilder().setDevice(device).setPort(port)));
    return call(BackendServiceGrpc.newBlockingStub(channel))
        .createBackend(
            CreateBackendRequest.newBuilder()
                .setParent(pool)
                .setBackendId(id)
                .setBackend(
                    Backend.newBuilder()
                        .setAddress(endpoint.address().getHostAddress())
                        .setPort(endpoint.port())
                        .setWeight(weight)
                        .setNextHop(nextHop))
                .build())
        .getName();
  }

  /** Takes a backend out of the fallback; its server IDs are still routed. */
  void drainBackend(String name) {
    var unused =
        call(BackendServiceGrpc.newBlockingStub(channel))
            .updateBackend(
                UpdateBackendRequest.newBuilder()
                    .setBackend(Backend.newBuilder().setName(name).setState(Backend.State.DRAINING))
                    .setUpdateMask(FieldMask.newBuilder().addPaths("state"))
                    .build());
  }

  /** Deletes a backend; what carries its server IDs is unroutable from then on. */
  void deleteBackend(String name) {
    var unused =
        call(BackendServiceGrpc.newBlockingStub(channel))
            .deleteBackend(DeleteBackendRequest.newBuilder().setName(name).build());
  }

  /**
   * A VIP of a pool.
   *
   * @param steerOnly all devices are real servers
   */
  void createVip(String id, Endpoint endpoint, String pool, boolean steerOnly) {
    call(VipServiceGrpc.newBlockingStub(channel))
        .createVip(
            CreateVipRequest.newBuilder()
                .setVipId(id)
                .setVip(
                    Vip.newBuilder()
                        .setAddress(endpoint.address().getHostAddress())
                        .setPort(endpoint.port())
                        .setPool(pool)
                        .setSteerOnly(steerOnly))
                .build());
  }

  /** Waits until the servers of {@code pool} may issue CIDs with its configuration. */
  void awaitCidConfigActive(String pool) {
    await(
        "CID configuration of " + pool + " ACTIVE",
        () ->
            call(CidConfigServiceGrpc.newBlockingStub(channel))
                .watchCidConfigs(WatchCidConfigsRequest.newBuilder().setParent(pool).build()),
        change -> change.getCidConfig().getState() == CidConfig.State.ACTIVE);
  }

  /** Waits until a device holds everything that has been created so far. */
  void awaitInSync(String device) {
    long revision = revision();
    await(
        device + " IN_SYNC with revision " + revision,
        () ->
            call(DeviceServiceGrpc.newBlockingStub(channel))
                .watchDevices(WatchDevicesRequest.getDefaultInstance()),
        change ->
            change.getDevice().getName().equals(device)
                && change.getDevice().getConnectionState() == Device.ConnectionState.IN_SYNC
                && change.getDevice().getSyncedRevision() >= revision);
  }

  /** What the controller has written to a device since its process started. */
  long entitiesWritten(String device) {
    return call(DeviceServiceGrpc.newBlockingStub(channel))
        .getDevice(GetDeviceRequest.newBuilder().setName(device).build())
        .getEntitiesWritten();
  }

  /**
   * The controller may just be starting (again): a call waits for it, up to the deadline, instead
   * of failing at once.
   */
  private <S extends AbstractStub<S>> S call(S stub) {
    return stub.withWaitForReady().withDeadlineAfter(timeout);
  }

  /** No more slots than a demo needs: they are most of what is written to the switch. */
  private static int fallbackSlots(int backends) {
    int enough = io.tern.core.intent.Pool.MIN_SLOTS_PER_BACKEND * backends;
    return Math.max(MIN_FALLBACK_SLOTS, Integer.highestOneBit(enough - 1) << 1);
  }

  private long revision() {
    return await(
            "the end of the snapshot",
            () ->
                call(VipServiceGrpc.newBlockingStub(channel))
                    .watchVips(WatchVipsRequest.getDefaultInstance()),
            change -> change.getType() == ChangeType.SNAPSHOT_COMPLETE)
        .getRevision();
  }

  /** The first change of a watch that is the one waited for; the watch ends with it. */
  private <T> T await(String what, Supplier<Iterator<T>> watch, Predicate<T> seen) {
    T last = null;
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<T> changes = watch.get();
      while (changes.hasNext()) {
        last = changes.next();
        if (seen.test(last)) {
          return last;
        }
      }
    } catch (StatusRuntimeException e) {
      throw new IllegalStateException(
          "waited " + timeout.toSeconds() + " s for " + what + "; last seen: " + last, e);
    } finally {
      context.detach(before);
      context.cancel(null);
    }
    throw new IllegalStateException("the controller ended the watch for " + what);
  }
}
