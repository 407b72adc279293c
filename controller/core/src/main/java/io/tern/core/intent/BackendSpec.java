package io.tern.core.intent;

import io.tern.cid.ServerId;
import java.time.Instant;
import java.util.Map;

/**
 * A backend as its creator describes it; {@link IntentChanges#createBackend} allocates its number
 * and its server IDs. It begins ACTIVE.
 *
 * @param poolId the pool it belongs to
 * @param id last part of the resource name; unique in its pool
 * @param endpoint the server's own address and port; unique in its pool
 * @param nextHop how devices reach it
 * @param weight share of the fallback, 0 to 1000; see {@link Backend}
 * @param createTime when the store accepts it
 */
public record BackendSpec(
    String poolId,
    String id,
    Endpoint endpoint,
    Backend.NextHop nextHop,
    int weight,
    Instant createTime) {
  /**
   * @throws IllegalArgumentException where {@link Backend} would
   */
  public BackendSpec {
    // The rules are those of the resource, so they are asked there; 1 is any legal number.
    var unused =
        new Backend(
            poolId,
            id,
            1,
            endpoint,
            nextHop,
            weight,
            Backend.State.ACTIVE,
            Map.<Integer, ServerId>of(),
            createTime);
  }

  Backend allocated(int number, Map<Integer, ServerId> serverIds) {
    return new Backend(
        poolId, id, number, endpoint, nextHop, weight, Backend.State.ACTIVE, serverIds, createTime);
  }
}
