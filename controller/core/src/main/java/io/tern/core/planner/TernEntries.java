package io.tern.core.planner;

import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.entry.Bits;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MeterConfig;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The entries of the contract's tables: the one place that knows the order of match fields and
 * parameters, but for the ways to backends, which {@link ForwardingEntries} knows.
 */
final class TernEntries {
  /** The group of {@link #vip} if ICMP errors are not replicated. */
  static final int NO_ICMP_GROUP = 0;

  /** The clone session that {@code copy_to_controller} clones to. */
  static final int CONTROLLER_SESSION = 1;

  /** Copies are whole packets: BMv2 refuses clone sessions that cut them. */
  private static final int UNCUT = 0;

  /** Octets of half of the longest server ID and nonce. */
  private static final int MAX_HALF = (QuicLbConfig.MAX_SUM + 1) / 2;

  private TernEntries() {}

  /** The table of VIPs of an address family. */
  static int vipTable(boolean v6) {
    return v6 ? Tables.VipV6.ID : Tables.VipV4.ID;
  }

  /**
   * @param countMigrated whether the device counts migrations of the pool
   * @param icmpGroup the multicast group of ICMP errors, or {@link #NO_ICMP_GROUP}
   * @param stateTimeout empty: the device remembers nothing for the pool
   */
  static TableEntry vip(
      Vip vip, Pool pool, boolean countMigrated, int icmpGroup, Optional<Duration> stateTimeout) {
    return entry(
        vipTable(vip.endpoint().isV6()),
        vip.steerOnly()
            ? action(Actions.SetPoolSteerOnly.ID, Bits.of(pool.number()))
            : setPool(pool, countMigrated, icmpGroup, stateTimeout),
        address(vip.endpoint()),
        port(vip.endpoint()));
  }

  private static Action setPool(
      Pool pool, boolean countMigrated, int icmpGroup, Optional<Duration> stateTimeout) {
    List<Bits> params = new ArrayList<>();
    params.add(Bits.of(pool.number()));
    params.add(Bits.of(pool.fallbackSlots() - 1));
    params.add(flag(countMigrated));
    params.add(Bits.of(icmpGroup));
    if (stateTimeout.isEmpty()) {
      return new Action(Actions.SetPool.ID, params);
    }
    params.add(Bits.of(TimeUnit.MICROSECONDS.convert(stateTimeout.get())));
    return new Action(Actions.SetPoolStateful.ID, params);
  }

  static TableEntry cidConfig(CidConfig config, Pool pool) {
    return entry(
        Tables.CidConfig.ID,
        decode(config.quicLb(), config.sidSpace(), pool.options().checkCidLength()),
        Bits.of(pool.number()),
        Bits.of(config.quicLb().codepoint()));
  }

  private static Action decode(QuicLbConfig config, int sidSpace, boolean checkLength) {
    List<Bits> params =
        new ArrayList<>(
            List.of(
                Bits.of(sidSpace),
                Bits.of(octets(ServerId.MAX_LENGTH, config.serverIdLength())),
                Bits.of(config.cidLength()),
                flag(checkLength)));
    switch (config.algorithm()) {
      case PLAINTEXT -> {
        return new Action(Actions.DecodePlaintext.ID, params);
      }
      case SINGLE_PASS -> {
        params.addAll(RoundKeys.of(config.key().orElseThrow()));
        return new Action(Actions.DecodeSinglePass.ID, params);
      }
      case FOUR_PASS -> {
        params.addAll(halves(config));
        params.addAll(RoundKeys.of(config.key().orElseThrow()));
        return new Action(Actions.DecodeFourPass.ID, params);
      }
    }
    throw new AssertionError(config.algorithm());
  }

  /**
   * How the octets of server ID and nonce split: {@code half_shift}, {@code left_mask}, {@code
   * right_mask}, {@code fourth_pass}. An odd number of octets has the middle one in both halves,
   * its high nibble in the left one and its low nibble in the right one.
   */
  private static List<Bits> halves(QuicLbConfig config) {
    int sum = config.serverIdLength() + config.nonceLength();
    int half = (sum + 1) / 2;
    byte[] left = octets(MAX_HALF, half);
    byte[] right = octets(MAX_HALF, half);
    if (sum % 2 != 0) {
      left[half - 1] = (byte) 0xf0;
      right[0] = 0x0f;
    }
    return List.of(
        Bits.of((long) Byte.SIZE * (sum / 2)),
        Bits.of(left),
        Bits.of(right),
        Bits.of(config.serverIdLength() > config.nonceLength() ? 1 : 0));
  }

  /** A mask over the first {@code set} of {@code length} octets. */
  private static byte[] octets(int length, int set) {
    byte[] mask = new byte[length];
    Arrays.fill(mask, 0, set, (byte) 0xff);
    return mask;
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

  /** That what a device remembers of a backend still counts. */
  static TableEntry serving(Backend backend) {
    return entry(
        Tables.ServingBackend.ID, action(Actions.StillServes.ID), Bits.of(backend.number()));
  }

  /** The table that gives answers of backends behind NAT their VIP's address again. */
  static int returnPathTable(boolean v6) {
    return v6 ? Tables.ReturnPathV6.ID : Tables.ReturnPathV4.ID;
  }

  /** Both of one address family. */
  static TableEntry returnPath(Backend backend, Vip vip) {
    boolean v6 = vip.endpoint().isV6();
    return entry(
        returnPathTable(v6),
        action(
            v6 ? Actions.UnNatV6.ID : Actions.UnNatV4.ID,
            address(vip.endpoint()),
            port(vip.endpoint())),
        address(backend.endpoint()),
        port(backend.endpoint()));
  }

  static TableEntry echo(InetAddress address) {
    byte[] octets = address.getAddress();
    return entry(
        octets.length == 16 ? Tables.EchoV6.ID : Tables.EchoV4.ID,
        action(Actions.AnswerEcho.ID),
        Bits.of(octets));
  }

  static TableEntry copy(Reason reason, CopyPolicy policy) {
    return new TableEntry(
        new TableEntry.Key(Tables.Punt.ID, List.of(Bits.of(reason.index()))),
        action(Actions.CopyToController.ID, Bits.of(policy.sampleMask())),
        Optional.of(MeterConfig.singleRate(policy.packetsPerSecond(), policy.burst())));
  }

  /** Where copies for the controller go. */
  static CloneSession controllerSession() {
    return new CloneSession(
        CONTROLLER_SESSION,
        new TreeSet<>(Set.of(new Replica(DevicePorts.CONTROLLER, MulticastGroup.SAME_INSTANCE))),
        UNCUT);
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

  private static Bits address(Endpoint endpoint) {
    return Bits.of(endpoint.address().getAddress());
  }

  private static Bits port(Endpoint endpoint) {
    return Bits.of(endpoint.port());
  }

  private static Bits flag(boolean set) {
    return Bits.of(set ? 1 : 0);
  }

  private static TableEntry entry(int tableId, Action action, Bits... match) {
    return new TableEntry(new TableEntry.Key(tableId, List.of(match)), action);
  }

  private static Action action(int actionId, Bits... params) {
    return new Action(actionId, List.of(params));
  }
}
