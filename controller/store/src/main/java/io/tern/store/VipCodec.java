package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.ResourceNames;
import io.tern.core.intent.Vip;
import java.time.Instant;
import java.util.SortedMap;

final class VipCodec extends ResourceCodec<String, Vip> {
  VipCodec() {
    super("vip");
  }

  @Override
  SortedMap<String, Vip> select(Intent intent) {
    return intent.vips();
  }

  @Override
  String key(Vip vip) {
    return vip.id();
  }

  @Override
  String name(String id) {
    return ResourceNames.vipName(id);
  }

  @Override
  void write(Vip vip, ObjectNode to) {
    to.put("id", vip.id())
        .put("address", vip.endpoint().address().getHostAddress())
        .put("port", vip.endpoint().port())
        .put("pool", vip.poolId())
        .put("steerOnly", vip.steerOnly())
        .put("createTime", vip.createTime().toString());
  }

  @Override
  Vip read(Fields from) {
    return new Vip(
        from.text("id"),
        Endpoint.of(from.text("address"), from.integer("port")),
        from.text("pool"),
        from.flag("steerOnly"),
        Instant.parse(from.text("createTime")));
  }
}
