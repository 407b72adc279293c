package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.ResourceNames;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;

/** The only document that holds a secret: the key, in hexadecimal. */
final class CidConfigCodec extends ResourceCodec<CidConfigKey, CidConfig> {
  CidConfigCodec() {
    super("cidConfig");
  }

  @Override
  SortedMap<CidConfigKey, CidConfig> select(Intent intent) {
    return intent.cidConfigs();
  }

  @Override
  CidConfigKey key(CidConfig config) {
    return new CidConfigKey(config.poolId(), config.quicLb().codepoint());
  }

  @Override
  String name(CidConfigKey key) {
    return ResourceNames.cidConfigName(key);
  }

  @Override
  void write(CidConfig config, ObjectNode to) {
    QuicLbConfig quicLb = config.quicLb();
    to.put("pool", config.poolId())
        .put("codepoint", quicLb.codepoint())
        .put("algorithm", quicLb.algorithm().name())
        .put("serverIdLength", quicLb.serverIdLength())
        .put("nonceLength", quicLb.nonceLength())
        .put("lengthSelfDescription", quicLb.lengthSelfDescription())
        .put("sidSpace", config.sidSpace())
        .put("state", config.state().name())
        .put("createTime", config.createTime().toString());
    quicLb.key().ifPresent(key -> to.put("key", HexFormat.of().formatHex(key.toByteArray())));
  }

  @Override
  CidConfig read(Fields from) {
    return new CidConfig(
        from.text("pool"),
        new QuicLbConfig(
            from.integer("codepoint"),
            CidAlgorithm.valueOf(from.text("algorithm")),
            from.integer("serverIdLength"),
            from.integer("nonceLength"),
            from.has("key") ? Optional.of(CidKey.parse(from.text("key"))) : Optional.empty(),
            from.flag("lengthSelfDescription")),
        from.integer("sidSpace"),
        CidConfig.State.valueOf(from.text("state")),
        Instant.parse(from.text("createTime")));
  }
}
