package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.ResourceNames;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

final class BackendCodec extends ResourceCodec<BackendKey, Backend> {
  BackendCodec() {
    super("backend");
  }

  @Override
  SortedMap<BackendKey, Backend> select(Intent intent) {
    return intent.backends();
  }

  @Override
  BackendKey key(Backend backend) {
    return new BackendKey(backend.poolId(), backend.id());
  }

  @Override
  String name(BackendKey key) {
    return ResourceNames.backendName(key);
  }

  @Override
  void write(Backend backend, ObjectNode to) {
    to.put("pool", backend.poolId())
        .put("id", backend.id())
        .put("number", backend.number())
        .put("address", backend.endpoint().address().getHostAddress())
        .put("port", backend.endpoint().port())
        .put("mac", backend.nextHop().mac().toString())
        .put("weight", backend.weight())
        .put("state", backend.state().name())
        .put("createTime", backend.createTime().toString());
    ObjectNode ports = to.putObject("devicePorts");
    new TreeMap<>(backend.nextHop().portByDevice()).forEach(ports::put);
    ObjectNode serverIds = to.putObject("serverIds");
    new TreeMap<>(backend.serverIds())
        .forEach((space, serverId) -> serverIds.put(space.toString(), serverId.toString()));
  }

  @Override
  Backend read(Fields from) {
    TreeMap<String, Integer> ports = new TreeMap<>();
    Fields devicePorts = from.object("devicePorts");
    devicePorts.names().forEach(device -> ports.put(device, devicePorts.integer(device)));
    TreeMap<Integer, ServerId> serverIds = new TreeMap<>();
    Fields bySpace = from.object("serverIds");
    bySpace
        .names()
        .forEach(
            space -> serverIds.put(Integer.valueOf(space), ServerId.parse(bySpace.text(space))));
    return new Backend(
        from.text("pool"),
        from.text("id"),
        from.integer("number"),
        Endpoint.of(from.text("address"), from.integer("port")),
        new Backend.NextHop(MacAddress.parse(from.text("mac")), ports),
        from.integer("weight"),
        Backend.State.valueOf(from.text("state")),
        serverIds,
        Instant.parse(from.text("createTime")));
  }
}
