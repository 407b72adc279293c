package io.tern.core.intent;

import io.tern.cid.QuicLbConfig;
import java.time.Instant;

/**
 * A CID configuration as its creator describes it; {@link IntentChanges#createCidConfig} allocates
 * its SID space and its server IDs. It begins PREPARED.
 *
 * @param poolId the pool it belongs to
 * @param quicLb codepoint, algorithm, lengths, key
 * @param createTime when the store accepts it
 */
public record CidConfigSpec(String poolId, QuicLbConfig quicLb, Instant createTime) {
  /**
   * @throws IllegalArgumentException where {@link CidConfig} would
   */
  public CidConfigSpec {
    // The rules are those of the resource, so they are asked there; 1 is any legal SID space.
    var unused = new CidConfig(poolId, quicLb, 1, CidConfig.State.PREPARED, createTime);
  }

  CidConfig inSpace(int sidSpace) {
    return new CidConfig(poolId, quicLb, sidSpace, CidConfig.State.PREPARED, createTime);
  }
}
