package io.tern.northbound.mapping;

import com.google.protobuf.ByteString;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Ids;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.Violations;
import io.tern.proto.v1.AllocatedServerId;
import io.tern.proto.v1.Backend.DevicePort;
import io.tern.proto.v1.Backend.NextHop;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.UpdateBackendRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Backends between API and intent. */
public final class BackendMapping {
  /** Where a request lists the devices that reach the backend. */
  public static final String DEVICE_PORTS = "backend.next_hop.device_ports";

  private static final String WEIGHT = "weight";
  private static final String STATE = "state";
  private static final List<String> UPDATABLE = List.of(WEIGHT, STATE);

  private BackendMapping() {}

  /**
   * The backend that a request describes.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static BackendSpec fromProto(CreateBackendRequest request, Instant now) {
    Violations violations = new Violations();
    Optional<String> pool = violations.parse("parent", () -> Names.poolId(request.getParent()));
    Optional<String> id =
        violations.parse("backend_id", () -> Ids.check("backend", request.getBackendId()));
    violations.check(request.hasBackend(), "backend", "is required");
    violations.throwIfAny();
    io.tern.proto.v1.Backend backend = request.getBackend();
    Optional<Endpoint> endpoint =
        Fields.endpoint("backend", backend.getAddress(), backend.getPort(), violations);
    violations.check(backend.hasNextHop(), "backend.next_hop", "is required");
    Optional<MacAddress> mac =
        backend.hasNextHop()
            ? violations.parse(
                "backend.next_hop.mac_address",
                () -> MacAddress.parse(backend.getNextHop().getMacAddress()))
            : Optional.empty();
    Map<String, Integer> ports = ports(backend.getNextHop(), violations);
    int weight = weight(backend, violations);
    return new BackendSpec(
        violations.get(pool),
        violations.get(id),
        violations.get(endpoint),
        new Backend.NextHop(violations.get(mac), ports),
        weight,
        now);
  }

  /** The default if it is not set. */
  private static int weight(io.tern.proto.v1.Backend backend, Violations violations) {
    int weight = backend.hasWeight() ? backend.getWeight() : Backend.DEFAULT_WEIGHT;
    violations.check(
        weight >= 0 && weight <= Backend.MAX_WEIGHT,
        "backend.weight",
        "weight is "
            + weight
            + "; it must be 0 to "
            + Backend.MAX_WEIGHT
            + ", or not set for the default of "
            + Backend.DEFAULT_WEIGHT);
    return weight;
  }

  /**
   * What an update makes of a backend's weight and state; the rest of the answer means nothing.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static UnaryOperator<Backend> update(UpdateBackendRequest request) {
    Violations violations = new Violations();
    io.tern.proto.v1.Backend given = request.getBackend();
    UpdateMask mask = UpdateMask.of(request.getUpdateMask(), given, UPDATABLE, violations);
    int weight = mask.has(WEIGHT) ? weight(given, violations) : 0;
    Optional<Backend.State> state =
        mask.has(STATE)
            ? violations.parse("backend.state", () -> state(given.getState()))
            : Optional.empty();
    violations.throwIfAny();
    return current ->
        current
            .withWeight(mask.has(WEIGHT) ? weight : current.weight())
            .withState(state.orElse(current.state()));
  }

  private static Backend.State state(io.tern.proto.v1.Backend.State state) {
    return switch (state) {
      case ACTIVE -> Backend.State.ACTIVE;
      case DRAINING -> Backend.State.DRAINING;
      case DRAINED, STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "state is " + state + "; it must be ACTIVE or DRAINING");
    };
  }

  private static Map<String, Integer> ports(NextHop nextHop, Violations violations) {
    Map<String, Integer> ports = new HashMap<>();
    for (int i = 0; i < nextHop.getDevicePortsCount(); i++) {
      DevicePort devicePort = nextHop.getDevicePorts(i);
      String path = DEVICE_PORTS + "[" + i + "]";
      Optional<String> device =
          violations.parse(path + ".device", () -> Names.deviceId(devicePort.getDevice()));
      Optional<Integer> port = Fields.devicePort(path + ".port", devicePort.getPort(), violations);
      if (device.isPresent() && port.isPresent()) {
        violations.check(
            ports.put(device.get(), port.get()) == null,
            path + ".device",
            devicePort.getDevice() + " is listed twice; a device has one port to a backend");
      }
    }
    return ports;
  }

  /**
   * A backend as the API shows it.
   *
   * @param intent of the same revision; it tells which CID configuration a server ID belongs to
   */
  public static io.tern.proto.v1.Backend toProto(Intent intent, Backend backend) {
    io.tern.proto.v1.Backend.Builder proto =
        io.tern.proto.v1.Backend.newBuilder()
            .setName(ResourceNames.backendName(new BackendKey(backend.poolId(), backend.id())))
            .setAddress(backend.endpoint().addressText())
            .setPort(backend.endpoint().port())
            .setNextHop(nextHop(backend.nextHop()))
            .setWeight(backend.weight())
            .setState(state(backend.state()))
            .setEtag(etag(backend))
            .setCreateTime(Fields.timestamp(backend.createTime()));
    intent
        .cidConfigsOf(backend.poolId())
        .forEach(
            (key, config) -> {
              var serverId = backend.serverIds().get(config.sidSpace());
              if (serverId != null) {
                proto.addServerIds(allocated(key, serverId.toByteArray()));
              }
            });
    return proto.build();
  }

  private static AllocatedServerId allocated(CidConfigKey config, byte[] serverId) {
    return AllocatedServerId.newBuilder()
        .setCidConfig(ResourceNames.cidConfigName(config))
        .setServerId(ByteString.copyFrom(serverId))
        .build();
  }

  private static NextHop nextHop(Backend.NextHop nextHop) {
    NextHop.Builder proto = NextHop.newBuilder().setMacAddress(nextHop.mac().toString());
    new TreeMap<>(nextHop.portByDevice())
        .forEach(
            (device, port) ->
                proto.addDevicePorts(
                    DevicePort.newBuilder()
                        .setDevice(ResourceNames.deviceName(device))
                        .setPort(port)));
    return proto.build();
  }

  private static io.tern.proto.v1.Backend.State state(Backend.State state) {
    return switch (state) {
      case ACTIVE -> io.tern.proto.v1.Backend.State.ACTIVE;
      case DRAINING -> io.tern.proto.v1.Backend.State.DRAINING;
      case DRAINED -> io.tern.proto.v1.Backend.State.DRAINED;
    };
  }

  public static String etag(Backend backend) {
    return CanonicalForm.etag(CanonicalForm.of(backend));
  }
}
