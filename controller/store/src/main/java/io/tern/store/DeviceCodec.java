package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.ResourceNames;
import io.tern.p4.contract.Reason;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

final class DeviceCodec extends ResourceCodec<String, Device> {
  DeviceCodec() {
    super("device");
  }

  @Override
  SortedMap<String, Device> select(Intent intent) {
    return intent.devices();
  }

  @Override
  String key(Device device) {
    return device.id();
  }

  @Override
  String name(String id) {
    return ResourceNames.deviceName(id);
  }

  @Override
  void write(Device device, ObjectNode to) {
    to.put("id", device.id())
        .put("target", device.target())
        // Unsigned: as text, because JSON numbers beyond 2^53 are read differently by tools.
        .put("deviceId", Long.toUnsignedString(device.deviceId()))
        .put("createTime", device.createTime().toString());
    device.mac().ifPresent(mac -> to.put("mac", mac.toString()));
    ObjectNode stations = to.putObject("stations");
    device.stations().entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> entry.getKey().value()))
        .forEach(entry -> stations.put(entry.getKey().toString(), entry.getValue()));
    device.tunnelSourceV4().ifPresent(address -> to.put("tunnelSourceV4", Endpoint.text(address)));
    device.tunnelSourceV6().ifPresent(address -> to.put("tunnelSourceV6", Endpoint.text(address)));
    to.put("answerEcho", device.answerEcho());
    to.put("steerOnly", device.steerOnly());
    ObjectNode copies = to.putObject("copies");
    new TreeMap<>(device.copies())
        .forEach(
            (reason, policy) ->
                copies
                    .putObject(reason.label())
                    .put("packetsPerSecond", policy.packetsPerSecond())
                    .put("burst", policy.burst())
                    .put("sampleMask", policy.sampleMask()));
  }

  @Override
  Device read(Fields from) {
    Map<MacAddress, Integer> stations = new HashMap<>();
    Fields byMac = from.object("stations");
    byMac.names().forEach(mac -> stations.put(MacAddress.parse(mac), byMac.integer(mac)));
    return new Device(
        from.text("id"),
        from.text("target"),
        Long.parseUnsignedLong(from.text("deviceId")),
        from.has("mac") ? Optional.of(MacAddress.parse(from.text("mac"))) : Optional.empty(),
        stations,
        tunnelSource(from, "tunnelSourceV4"),
        tunnelSource(from, "tunnelSourceV6"),
        // Devices of the first version have none of the three.
        !from.has("answerEcho") || from.flag("answerEcho"),
        from.has("steerOnly") && from.flag("steerOnly"),
        from.has("copies") ? copies(from.object("copies")) : Map.of(),
        Instant.parse(from.text("createTime")));
  }

  private static Optional<InetAddress> tunnelSource(Fields from, String field) {
    return from.has(field)
        ? Optional.of(Endpoint.parseAddress(from.text(field)))
        : Optional.empty();
  }

  private static Map<Reason, CopyPolicy> copies(Fields from) {
    Map<Reason, CopyPolicy> copies = new EnumMap<>(Reason.class);
    for (String label : from.names()) {
      Fields policy = from.object(label);
      copies.put(
          CopyPolicy.reason(label),
          new CopyPolicy(
              policy.integer("packetsPerSecond"),
              policy.integer("burst"),
              policy.integer("sampleMask")));
    }
    return copies;
  }
}
