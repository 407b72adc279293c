package io.tern.northbound.mapping;

import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Ids;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.Violations;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.UpdatePoolRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Pools between API and intent. */
public final class PoolMapping {
  private static final List<String> UPDATABLE =
      List.of(
          "forwarding",
          "count_migrated",
          "replicate_icmp_errors",
          "state_timeout",
          "check_cid_length");

  private PoolMapping() {}

  /**
   * The pool that a request describes.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static PoolSpec fromProto(CreatePoolRequest request, Instant now) {
    Violations violations = new Violations();
    Optional<String> id = violations.parse("pool_id", () -> Ids.check("pool", request.getPoolId()));
    violations.check(request.hasPool(), "pool", "is required; it may be empty");
    violations.throwIfAny();
    PoolOptions options = options(request.getPool(), violations);
    int wanted = request.getPool().getFallbackSlots();
    int slots = wanted == 0 ? Pool.DEFAULT_FALLBACK_SLOTS : wanted;
    return violations.get(
        violations.parse(
            "pool.fallback_slots", () -> new PoolSpec(id.orElseThrow(), slots, options, now)));
  }

  /**
   * What an update makes of a pool's options.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static UnaryOperator<PoolOptions> update(UpdatePoolRequest request) {
    Violations violations = new Violations();
    UpdateMask mask =
        UpdateMask.of(request.getUpdateMask(), request.getPool(), UPDATABLE, violations);
    PoolOptions given = options(request.getPool(), violations);
    violations.throwIfAny();
    return current ->
        new PoolOptions(
            (mask.has("forwarding") ? given : current).forwarding(),
            (mask.has("count_migrated") ? given : current).countMigrated(),
            (mask.has("replicate_icmp_errors") ? given : current).replicateIcmpErrors(),
            (mask.has("state_timeout") ? given : current).stateTimeout(),
            (mask.has("check_cid_length") ? given : current).checkCidLength());
  }

  /** What is wrong is noted, and has its default in the answer. */
  private static PoolOptions options(io.tern.proto.v1.Pool pool, Violations violations) {
    Forwarding forwarding =
        ForwardingMapping.fromProto(pool.getForwarding(), violations)
            .orElse(PoolOptions.DEFAULT.forwarding());
    Optional<Duration> stateTimeout =
        pool.hasStateTimeout()
            ? violations.parse(
                "pool.state_timeout",
                () -> PoolOptions.checkStateTimeout(Fields.duration(pool.getStateTimeout())))
            : Optional.empty();
    return new PoolOptions(
        forwarding,
        pool.hasCountMigrated() ? pool.getCountMigrated() : PoolOptions.DEFAULT.countMigrated(),
        pool.getReplicateIcmpErrors(),
        stateTimeout,
        pool.getCheckCidLength());
  }

  public static io.tern.proto.v1.Pool toProto(Pool pool) {
    PoolOptions options = pool.options();
    io.tern.proto.v1.Pool.Builder proto =
        io.tern.proto.v1.Pool.newBuilder()
            .setName(ResourceNames.poolName(pool.id()))
            .setFallbackSlots(pool.fallbackSlots())
            .setForwarding(ForwardingMapping.toProto(options.forwarding()))
            .setCountMigrated(options.countMigrated())
            .setReplicateIcmpErrors(options.replicateIcmpErrors())
            .setCheckCidLength(options.checkCidLength())
            .setEtag(etag(pool))
            .setCreateTime(Fields.timestamp(pool.createTime()));
    options.stateTimeout().ifPresent(timeout -> proto.setStateTimeout(Fields.duration(timeout)));
    return proto.build();
  }

  public static String etag(Pool pool) {
    return CanonicalForm.etag(CanonicalForm.of(pool));
  }
}
