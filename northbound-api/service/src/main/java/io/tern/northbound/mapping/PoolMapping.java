package io.tern.northbound.mapping;

import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Ids;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.Violations;
import io.tern.proto.v1.CreatePoolRequest;
import java.time.Instant;
import java.util.Optional;

/** Pools between API and intent. */
public final class PoolMapping {
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
    int wanted = request.getPool().getFallbackSlots();
    int slots = wanted == 0 ? Pool.DEFAULT_FALLBACK_SLOTS : wanted;
    return violations.get(
        violations.parse("pool.fallback_slots", () -> new PoolSpec(id.orElseThrow(), slots, now)));
  }

  public static io.tern.proto.v1.Pool toProto(Pool pool) {
    return io.tern.proto.v1.Pool.newBuilder()
        .setName(ResourceNames.poolName(pool.id()))
        .setFallbackSlots(pool.fallbackSlots())
        .setEtag(etag(pool))
        .setCreateTime(Fields.timestamp(pool.createTime()))
        .build();
  }

  public static String etag(Pool pool) {
    return CanonicalForm.etag(CanonicalForm.of(pool));
  }
}
