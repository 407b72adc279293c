package io.tern.northbound.quicserver;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.ApiErrors;
import io.tern.northbound.mapping.CidConfigMapping;
import io.tern.northbound.stream.Projection;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.ServerCidConfig;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * What one QUIC server is told: the configurations of its pool that every device knows (ACTIVE and
 * RETIRING, never PREPARED), each with the server's own ID, and the codepoint to issue CIDs with:
 * that of the newest ACTIVE one. A message is sent when that changes and not otherwise. When the
 * backend does not exist, or any more, the stream ends with NOT_FOUND.
 */
final class QuicServerProjection implements Projection<QuicServerConfig> {
  private final BackendKey key;
  private QuicServerConfig sent = QuicServerConfig.getDefaultInstance();
  private boolean anySent;

  QuicServerProjection(BackendKey key) {
    this.key = requireNonNull(key, "key");
  }

  @Override
  public Iterator<QuicServerConfig> messages(Intent intent) {
    Backend backend = intent.backends().get(key);
    if (backend == null) {
      String name = ResourceNames.backendName(key);
      throw ApiErrors.notFound(
          "backend", name, name + (anySent ? " was deleted" : " does not exist"));
    }
    QuicServerConfig config = config(intent, backend);
    if (anySent && sent.toBuilder().setRevision(config.getRevision()).build().equals(config)) {
      return Collections.emptyIterator();
    }
    sent = config;
    anySent = true;
    return List.of(config).iterator();
  }

  private static QuicServerConfig config(Intent intent, Backend backend) {
    List<CidConfig> known =
        intent.cidConfigsOf(backend.poolId()).values().stream()
            .filter(config -> config.state() != CidConfig.State.PREPARED)
            .filter(config -> backend.serverIds().containsKey(config.sidSpace()))
            .toList();
    QuicServerConfig.Builder message = QuicServerConfig.newBuilder().setRevision(intent.revision());
    known.forEach(
        config ->
            message.addCidConfigs(
                serverConfig(config.quicLb(), backend.serverIds().get(config.sidSpace()))));
    known.stream()
        .filter(config -> config.state() == CidConfig.State.ACTIVE)
        .max(
            Comparator.comparing(CidConfig::createTime)
                .thenComparing(config -> config.quicLb().codepoint()))
        .ifPresent(newest -> message.setIssueCodepoint(newest.quicLb().codepoint()));
    return message.build();
  }

  private static ServerCidConfig serverConfig(QuicLbConfig config, ServerId serverId) {
    return ServerCidConfig.newBuilder()
        .setCodepoint(config.codepoint())
        .setAlgorithm(CidConfigMapping.toProto(config.algorithm()))
        .setServerIdLength(config.serverIdLength())
        .setNonceLength(config.nonceLength())
        .setKey(
            config
                .key()
                .map(key -> ByteString.copyFrom(key.toByteArray()))
                .orElse(ByteString.EMPTY))
        .setLengthSelfDescription(config.lengthSelfDescription())
        .setServerId(ByteString.copyFrom(serverId.toByteArray()))
        .build();
  }
}
