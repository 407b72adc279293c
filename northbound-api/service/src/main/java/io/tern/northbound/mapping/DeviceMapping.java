package io.tern.northbound.mapping;

import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Ids;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.DeviceStatus;
import io.tern.northbound.error.Violations;
import io.tern.p4.contract.Reason;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.Device.ConnectionState;
import io.tern.proto.v1.Station;
import io.tern.proto.v1.UpdateDeviceRequest;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Devices between API and intent. */
public final class DeviceMapping {
  private static final int MAX_PROBLEMS = 16;

  /** A DNS name of the greatest length, and a port. */
  private static final int MAX_TARGET_LENGTH = 253 + 6;

  private static final String TUNNEL_SOURCE_V4 = "tunnel_source_v4";
  private static final String TUNNEL_SOURCE_V6 = "tunnel_source_v6";
  private static final List<String> UPDATABLE =
      List.of(
          "mac_address",
          "stations",
          TUNNEL_SOURCE_V4,
          TUNNEL_SOURCE_V6,
          "answer_echo",
          "steer_only",
          "copies");

  private DeviceMapping() {}

  /**
   * The device that a request describes.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static Device fromProto(CreateDeviceRequest request, Instant now) {
    Violations violations = new Violations();
    Optional<String> id =
        violations.parse("device_id", () -> Ids.check("device", request.getDeviceId()));
    violations.check(request.hasDevice(), "device", "is required");
    violations.throwIfAny();
    io.tern.proto.v1.Device device = request.getDevice();
    String target = device.getP4RuntimeAddress();
    violations.check(
        !target.isEmpty() && target.length() <= MAX_TARGET_LENGTH,
        "device.p4runtime_address",
        "is required: host:port or [v6]:port, at most " + MAX_TARGET_LENGTH + " characters");
    violations.check(
        device.getDeviceId() != 0,
        "device.device_id",
        "is required: the P4Runtime device ID, not 0");
    Optional<MacAddress> mac = mac(device, violations);
    Map<MacAddress, Integer> stations = stations(device, violations);
    Optional<InetAddress> tunnelSourceV4 = tunnelSourceV4(device, violations);
    Optional<InetAddress> tunnelSourceV6 = tunnelSourceV6(device, violations);
    Map<Reason, CopyPolicy> copies = CopyMapping.fromProto(device.getCopiesList(), violations);
    return new Device(
        violations.get(id),
        target,
        device.getDeviceId(),
        mac,
        stations,
        tunnelSourceV4,
        tunnelSourceV6,
        answerEcho(device),
        device.getSteerOnly(),
        copies,
        now);
  }

  /**
   * What an update makes of a device.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static UnaryOperator<Device> update(UpdateDeviceRequest request) {
    Violations violations = new Violations();
    io.tern.proto.v1.Device given = request.getDevice();
    UpdateMask mask = UpdateMask.of(request.getUpdateMask(), given, UPDATABLE, violations);
    Optional<MacAddress> mac = mac(given, violations);
    Map<MacAddress, Integer> stations = stations(given, violations);
    Optional<InetAddress> tunnelSourceV4 = tunnelSourceV4(given, violations);
    Optional<InetAddress> tunnelSourceV6 = tunnelSourceV6(given, violations);
    Map<Reason, CopyPolicy> copies = CopyMapping.fromProto(given.getCopiesList(), violations);
    violations.throwIfAny();
    return current ->
        new Device(
            current.id(),
            current.target(),
            current.deviceId(),
            mask.has("mac_address") ? mac : current.mac(),
            mask.has("stations") ? stations : current.stations(),
            mask.has(TUNNEL_SOURCE_V4) ? tunnelSourceV4 : current.tunnelSourceV4(),
            mask.has(TUNNEL_SOURCE_V6) ? tunnelSourceV6 : current.tunnelSourceV6(),
            mask.has("answer_echo") ? answerEcho(given) : current.answerEcho(),
            mask.has("steer_only") ? given.getSteerOnly() : current.steerOnly(),
            mask.has("copies") ? copies : current.copies(),
            current.createTime());
  }

  private static Optional<MacAddress> mac(io.tern.proto.v1.Device device, Violations violations) {
    return device.getMacAddress().isEmpty()
        ? Optional.empty()
        : violations.parse("device.mac_address", () -> MacAddress.parse(device.getMacAddress()));
  }

  private static Optional<InetAddress> tunnelSourceV4(
      io.tern.proto.v1.Device device, Violations violations) {
    return device.getTunnelSourceV4().isEmpty()
        ? Optional.empty()
        : violations.parse(
            "device." + TUNNEL_SOURCE_V4,
            () -> Device.checkTunnelSourceV4(Endpoint.parseAddress(device.getTunnelSourceV4())));
  }

  private static Optional<InetAddress> tunnelSourceV6(
      io.tern.proto.v1.Device device, Violations violations) {
    return device.getTunnelSourceV6().isEmpty()
        ? Optional.empty()
        : violations.parse(
            "device." + TUNNEL_SOURCE_V6,
            () -> Device.checkTunnelSourceV6(Endpoint.parseAddress(device.getTunnelSourceV6())));
  }

  /** True if it is not set. */
  private static boolean answerEcho(io.tern.proto.v1.Device device) {
    return !device.hasAnswerEcho() || device.getAnswerEcho();
  }

  private static Map<MacAddress, Integer> stations(
      io.tern.proto.v1.Device device, Violations violations) {
    Map<MacAddress, Integer> stations = new HashMap<>();
    for (int i = 0; i < device.getStationsCount(); i++) {
      Station station = device.getStations(i);
      String path = "device.stations[" + i + "]";
      Optional<MacAddress> mac =
          violations.parse(path + ".mac_address", () -> MacAddress.parse(station.getMacAddress()));
      Optional<Integer> port = Fields.devicePort(path + ".port", station.getPort(), violations);
      if (mac.isPresent() && port.isPresent()) {
        violations.check(
            stations.put(mac.get(), port.get()) == null,
            path + ".mac_address",
            station.getMacAddress() + " is listed twice; a station is behind one port");
      }
    }
    return stations;
  }

  public static io.tern.proto.v1.Device toProto(Device device, DeviceStatus status) {
    io.tern.proto.v1.Device.Builder proto =
        io.tern.proto.v1.Device.newBuilder()
            .setName(ResourceNames.deviceName(device.id()))
            .setP4RuntimeAddress(device.target())
            .setDeviceId(device.deviceId())
            .setMacAddress(device.mac().map(MacAddress::toString).orElse(""))
            .setTunnelSourceV4(device.tunnelSourceV4().map(Endpoint::text).orElse(""))
            .setTunnelSourceV6(device.tunnelSourceV6().map(Endpoint::text).orElse(""))
            .setAnswerEcho(device.answerEcho())
            .setSteerOnly(device.steerOnly())
            .addAllCopies(CopyMapping.toProto(device.copies()))
            .setConnectionState(connection(status.connection()))
            .setSyncedRevision(status.syncedRevision())
            .setEntitiesWritten(status.entitiesWritten())
            .setEtag(etag(device))
            .setCreateTime(Fields.timestamp(device.createTime()));
    status.problems().stream().limit(MAX_PROBLEMS).forEach(proto::addProblems);
    device.stations().entrySet().stream()
        .sorted(Comparator.comparingLong(station -> station.getKey().value()))
        .forEach(
            station ->
                proto.addStations(
                    Station.newBuilder()
                        .setMacAddress(station.getKey().toString())
                        .setPort(station.getValue())));
    return proto.build();
  }

  private static ConnectionState connection(DeviceStatus.Connection connection) {
    return switch (connection) {
      case CONNECTING -> ConnectionState.CONNECTING;
      case SYNCING -> ConnectionState.SYNCING;
      case IN_SYNC -> ConnectionState.IN_SYNC;
      case DEGRADED -> ConnectionState.DEGRADED;
    };
  }

  /** Of what the operator wants; the status is not part of it. */
  public static String etag(Device device) {
    return CanonicalForm.etag(CanonicalForm.of(device));
  }
}
