package io.tern.core.planner;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.ServerId;
import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The entries of the contract's tables: the one place that knows the order of match fields and
 * parameters.
 */
final class TernEntries {
  private static final Bits ORIGINAL_SOURCE_MAC = Bits.of(0);

  private static final Bits COUNT_MIGRATED = Bits.of(1);
  private static final Bits NO_ICMP_GROUP = Bits.of(0);
  private static final Bits LENGTH_UNCHECKED = Bits.of(0);

  private TernEntries() {}

  /** Whether the pipeline has an action that decodes CIDs of this algorithm. */
  static boolean canDecode(CidAlgorithm algorithm) {
    return algorithm == CidAlgorithm.PLAINTEXT;
  }

  static TableEntry vip(Vip vip, Pool pool) {
    Action action =
        vip.steerOnly()
            ? action(Actions.SetPoolSteerOnly.ID, Bits.of(pool.number()))
            : action(
                Actions.SetPool.ID,
                Bits.of(pool.number()),
                Bits.of(Integer.toUnsignedLong(pool.fallbackSlots() - 1)),
                COUNT_MIGRATED,
                NO_ICMP_GROUP);
    return entry(
        vip.endpoint().isV6() ? Tables.VipV6.ID : Tables.VipV4.ID,
        action,
        Bits.of(vip.endpoint().address().getAddress()),
        Bits.of(vip.endpoint().port()));
  }

  /** {@code config} must be one that {@link #canDecode} says yes to. */
  static TableEntry cidConfig(CidConfig config, Pool pool) {
    byte[] mask = new byte[ServerId.MAX_LENGTH];
    Arrays.fill(mask, 0, config.quicLb().serverIdLength(), (byte) 0xff);
    return entry(
        Tables.CidConfig.ID,
        action(
            Actions.DecodePlaintext.ID,
            Bits.of(config.sidSpace()),
            Bits.of(mask),
            Bits.of(config.quicLb().cidLength()),
            LENGTH_UNCHECKED),
        Bits.of(pool.number()),
        Bits.of(config.quicLb().codepoint()));
  }

  static TableEntry serverId(int sidSpace, ServerId serverId, int backend) {
    return entry(
        Tables.ServerId.ID,
        action(Actions.ToBackend.ID, Bits.of(backend)),
        Bits.of(sidSpace),
        Bits.of(serverId.leftAligned()));
  }

  static TableEntry fallback(Bits pool, int slot, Action toBackend) {
    return entry(Tables.Fallback.ID, toBackend, pool, Bits.of(slot));
  }

  static Action toFallbackBackend(int backend) {
    return action(Actions.ToFallbackBackend.ID, Bits.of(backend));
  }

  static TableEntry backend(Backend backend, int port, Optional<MacAddress> sourceMac) {
    return entry(
        Tables.Backend.ID,
        action(
            Actions.ForwardL2.ID,
            Bits.of(port),
            Bits.of(backend.nextHop().mac().value()),
            sourceMac.map(mac -> Bits.of(mac.value())).orElse(ORIGINAL_SOURCE_MAC)),
        Bits.of(backend.number()));
  }

  static TableEntry station(MacAddress mac, int port) {
    return entry(Tables.L2.ID, action(Actions.L2Forward.ID, Bits.of(port)), Bits.of(mac.value()));
  }

  static Action flood(int group) {
    return action(Actions.L2Flood.ID, Bits.of(group));
  }

  static Action drop() {
    return action(Actions.L2Drop.ID);
  }

  private static TableEntry entry(int tableId, Action action, Bits... match) {
    return new TableEntry(new TableEntry.Key(tableId, List.of(match)), action);
  }

  private static Action action(int actionId, Bits... params) {
    return new Action(actionId, List.of(params));
  }
}
