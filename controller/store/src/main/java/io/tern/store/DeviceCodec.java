package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.ResourceNames;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

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
        Instant.parse(from.text("createTime")));
  }
}
