package io.tern.core.oracle;

import io.tern.cid.ConnectionId;
import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.DevicePlan;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks a datagram up in the entries of a plan as the pipeline's tables would: key by key, without
 * the intent. Says which backend and why, or why none.
 */
final class PlanReading {
  record Answer(Reason reason, Optional<BigInteger> backend) {}

  private final Map<TableEntry.Key, TableEntry> entries;

  PlanReading(DevicePlan plan) {
    this.entries = plan.entries();
  }

  Answer read(Packet.Udp udp) {
    Optional<TableEntry.Action> vip =
        lookup(
            udp.ip().isV4() ? Tables.VipV4.ID : Tables.VipV6.ID,
            Bits.of(udp.ip().destination()),
            Bits.of(udp.udp().destinationPort()));
    if (vip.isEmpty()) {
      return new Answer(Reason.NOT_VIP, Optional.empty());
    }
    Bits pool = vip.get().params().get(0);
    Optional<ConnectionId> cid = QuicInvariants.destination(udp.payload());
    Reason reason = Reason.NOT_QUIC;
    if (cid.isPresent()) {
      Answer byCid = byCid(pool, cid.get().toByteArray());
      if (byCid.backend().isPresent()) {
        return expiring(udp, byCid);
      }
      reason = byCid.reason();
    }
    if (vip.get().actionId() == Actions.SetPoolSteerOnly.ID) {
      return new Answer(Reason.STEER_LOCAL, Optional.empty());
    }
    long mask = vip.get().params().get(1).toBigInteger().longValueExact();
    Optional<BigInteger> owner =
        lookup(Tables.Fallback.ID, pool, Bits.of(Integer.toUnsignedLong(udp.tuple().hash()) & mask))
            .map(action -> action.params().get(0).toBigInteger());
    return owner.isEmpty()
        ? new Answer(Reason.NO_FALLBACK, owner)
        : expiring(udp, new Answer(reason, owner));
  }

  private Answer byCid(Bits pool, byte[] cid) {
    if (cid.length == 0) {
      return new Answer(Reason.FALLBACK_CID_TOO_SHORT, Optional.empty());
    }
    Optional<TableEntry.Action> decode =
        lookup(Tables.CidConfig.ID, pool, Bits.of((cid[0] & 0xff) >> 5));
    if (decode.isEmpty()) {
      return new Answer(Reason.FALLBACK_UNKNOWN_CODEPOINT, Optional.empty());
    }
    if (cid.length < decode.get().params().get(2).toBigInteger().intValueExact()) {
      return new Answer(Reason.FALLBACK_CID_TOO_SHORT, Optional.empty());
    }
    BigInteger tail = new BigInteger(1, Arrays.copyOfRange(cid, 1, 16));
    BigInteger masked = tail.and(decode.get().params().get(1).toBigInteger());
    return lookup(Tables.ServerId.ID, decode.get().params().get(0), Bits.of(masked.toByteArray()))
        .map(a -> new Answer(Reason.ROUTED_BY_CID, Optional.of(a.params().get(0).toBigInteger())))
        .orElse(new Answer(Reason.FALLBACK_UNKNOWN_SERVER, Optional.empty()));
  }

  private static Answer expiring(Packet.Udp udp, Answer answer) {
    return udp.ip().timeToLive() <= 1 ? new Answer(Reason.TTL_EXPIRED, Optional.empty()) : answer;
  }

  private Optional<TableEntry.Action> lookup(int table, Bits... match) {
    return Optional.ofNullable(entries.get(new TableEntry.Key(table, List.of(match))))
        .map(TableEntry::action);
  }
}
