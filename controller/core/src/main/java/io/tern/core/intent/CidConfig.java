package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import io.tern.cid.QuicLbConfig;
import java.time.Instant;

/**
 * A CID configuration of a pool.
 *
 * @param poolId the pool; together with the codepoint it names the configuration
 * @param quicLb codepoint, algorithm, lengths, key
 * @param sidSpace what data planes call the space of its server IDs: 1 to 65535, allocated by the
 *     controller. Clear-text and encrypted configurations never share one.
 * @param state see {@link State}
 * @param createTime when the store accepted it
 */
public record CidConfig(
    String poolId, QuicLbConfig quicLb, int sidSpace, State state, Instant createTime) {

  /** Life cycle: devices always learn a configuration before servers do. */
  public enum State {
    /** Being written to the devices; servers do not know it yet. */
    PREPARED,
    /** Every device has it; servers issue CIDs with it. */
    ACTIVE,
    /** Servers issue CIDs with a newer one; old CIDs are still routed. */
    RETIRING
  }

  public CidConfig {
    Ids.check("pool", poolId);
    requireNonNull(quicLb, "quicLb");
    if (sidSpace < 1 || sidSpace > 65_535) {
      throw new IllegalArgumentException("SID space is " + sidSpace + "; it must be 1 to 65535");
    }
    requireNonNull(state, "state");
    requireNonNull(createTime, "createTime");
  }

  /** The same configuration in another state. */
  public CidConfig withState(State state) {
    return new CidConfig(poolId, quicLb, sidSpace, state, createTime);
  }
}
