package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.ResourceNames;
import java.time.Instant;
import java.util.SortedMap;

final class PoolCodec extends ResourceCodec<String, Pool> {
  PoolCodec() {
    super("pool");
  }

  @Override
  SortedMap<String, Pool> select(Intent intent) {
    return intent.pools();
  }

  @Override
  String key(Pool pool) {
    return pool.id();
  }

  @Override
  String name(String id) {
    return ResourceNames.poolName(id);
  }

  @Override
  void write(Pool pool, ObjectNode to) {
    to.put("id", pool.id())
        .put("number", pool.number())
        .put("fallbackSlots", pool.fallbackSlots())
        .put("createTime", pool.createTime().toString());
    PoolOptionsForm.write(pool.options(), to.putObject("options"));
  }

  @Override
  Pool read(Fields from) {
    return new Pool(
        from.text("id"),
        from.integer("number"),
        from.integer("fallbackSlots"),
        // Pools of the first version have none.
        from.has("options") ? PoolOptionsForm.read(from.object("options")) : PoolOptions.DEFAULT,
        Instant.parse(from.text("createTime")));
  }
}
