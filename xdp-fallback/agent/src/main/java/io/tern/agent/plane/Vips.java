package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.plane.CidConfigs.Config;
import io.tern.agent.plane.Pools.Pool;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Tables {@code vip_v4} and {@code vip_v6}, and the cells that count their packets. Not
 * thread-safe.
 */
final class Vips {
  private static final int STEER_ONLY = 1;
  private static final int COUNT_MIGRATED = 2;

  /** Of {@code cells}: reasons of a codepoint, codepoints of a VIP. */
  static final int REASONS = 32;

  private static final int CODEPOINTS = 8;

  /** Reserved: a configuration of it is never asked. */
  private static final int UNROUTABLE = 7;

  private static final int ROW = CODEPOINTS * REASONS;
  private static final long NANOSECONDS = 1000;

  private final Family v4;
  private final Family v6;
  private final Cells cells;
  private final SavedEntries saved;
  private final Pools pools;
  private final Shared shared;
  private final ReasonCounts reasons;
  private final Indices rows;
  private final Set<Vip> vips = new LinkedHashSet<>();
  private ByteBuffer rowValues;
  private CidConfigs configs;

  /** One of the two maps. */
  private static final class Family {
    final int tableId;
    final int addressLength;
    final int limit;
    final Table table;
    final Field addr;
    final Field port;
    final Field index;
    final Field pool;
    final Field base;
    final Field mask;
    final Field flags;
    final Field stateTimeout;
    int entries;

    Family(int tableId, int addressLength, int limit, Table table) {
      this.tableId = tableId;
      this.addressLength = addressLength;
      this.limit = limit;
      this.table = table;
      this.addr = table.key("addr");
      this.port = table.key("port");
      this.index = table.value("index");
      this.pool = table.value("pool");
      this.base = table.value("fallback_base");
      this.mask = table.value("fallback_mask");
      this.flags = table.value("flags");
      this.stateTimeout = table.value("state_timeout");
    }
  }

  /** An entry. */
  final class Vip implements EntryHandle {
    private final Family family;
    private final List<BigInteger> key;
    private final int row;
    private ActionCall action;
    private Pool pool;
    private CounterValue offset = Counts.ZERO;

    private Vip(Family family, List<BigInteger> key, int row) {
      this.family = family;
      this.key = key;
      this.row = row;
    }

    void write() {
      if (family.table.isBound()) {
        putKey(this);
        ByteBuffer value = family.table.value();
        family.index.put(value, row);
        family.pool.put(value, pool.index);
        boolean steerOnly = isSteerOnly(action);
        family.base.put(value, pool.base);
        family.mask.put(value, steerOnly ? 0 : maskOf(action));
        boolean migrated = !steerOnly && action.arguments().get(2).signum() != 0;
        family.flags.put(value, (steerOnly ? STEER_ONLY : 0) | (migrated ? COUNT_MIGRATED : 0));
        family.stateTimeout.put(value, timeoutOf(action) * NANOSECONDS);
        family.table.write();
        shared.changed();
      }
    }
  }

  Vips(
      Table v4,
      Table v6,
      Table cells,
      SavedEntries saved,
      Pools pools,
      Shared shared,
      ReasonCounts reasons,
      int limitV4,
      int limitV6) {
    this.v4 = new Family(Tables.VipV4.ID, 4, limitV4, v4);
    this.v6 = new Family(Tables.VipV6.ID, 16, limitV6, v6);
    this.cells = new Cells(cells);
    this.saved = saved;
    this.pools = pools;
    this.shared = shared;
    this.reasons = reasons;
    this.rows = new Indices("rows of cells", 0, limitV4 + limitV6);
  }

  /** Both know each other: counts of a VIP are its pool's configurations' as well. */
  void setConfigs(CidConfigs configs) {
    this.configs = configs;
  }

  static int cellsFor(int vips) {
    return vips * ROW;
  }

  void claimRow(int row) {
    rows.claim(row);
  }

  private Family family(int tableId) {
    return tableId == Tables.VipV4.ID ? v4 : v6;
  }

  private static boolean isSteerOnly(ActionCall action) {
    return ContractIds.action(action.action()) == Actions.SetPoolSteerOnly.ID;
  }

  private static long maskOf(ActionCall action) {
    return isSteerOnly(action) ? 0 : action.arguments().get(1).longValueExact();
  }

  /** Microseconds; 0: not stateful. */
  private static long timeoutOf(ActionCall action) {
    return ContractIds.action(action.action()) == Actions.SetPoolStateful.ID
        ? action.arguments().get(4).longValueExact()
        : 0;
  }

  private static void check(ActionCall action) {
    switch (ContractIds.action(action.action())) {
      case Actions.SetPoolSteerOnly.ID -> {}
      case Actions.SetPool.ID, Actions.SetPoolStateful.ID -> {
        if (action.arguments().get(3).signum() != 0) {
          throw Refusal.unimplemented(
              "icmp_group %d: a host makes no copies of ICMP errors; 0 sends them by the fallback",
              action.arguments().get(3));
        }
      }
      default -> throw Refusal.unimplemented("this device has no action '%s'", action.action());
    }
  }

  Vip insert(int tableId, List<BigInteger> key, ActionCall action, SavedEntry restored) {
    check(action);
    Family family = family(tableId);
    if (family.entries >= family.limit) {
      throw Refusal.full("table %s holds %d entries", family.table.shape().name(), family.limit);
    }
    Vip vip = new Vip(family, key, restored != null ? restored.index() : rows.take());
    if (restored == null && rows.areUsedAgain()) {
      zero(vip.row);
    }
    if (restored != null) {
      vip.offset = restored.offset();
    }
    vip.action = action;
    vip.pool = pools.reference(action.arguments().get(0).intValueExact());
    vip.pool.vips.add(vip);
    vips.add(vip);
    family.entries++;
    shared.addVip(portOf(vip));
    try {
      reserveSlots(vip.pool, action);
      save(vip);
      vip.write();
    } catch (RuntimeException e) {
      delete(vip);
      throw e;
    }
    return vip;
  }

  private void reserveSlots(Pool pool, ActionCall action) {
    if (!isSteerOnly(action)) {
      pools.ensureSlots(pool, maskOf(action) + 1);
    }
  }

  void modify(Vip vip, ActionCall action) {
    check(action);
    Pool old = vip.pool;
    Pool now = pools.reference(action.arguments().get(0).intValueExact());
    try {
      reserveSlots(now, action);
    } catch (RuntimeException e) {
      pools.unreference(now);
      throw e;
    }
    if (now != old) {
      giveCountsTo(vip, old, false);
      giveCountsTo(vip, now, true);
    }
    old.vips.remove(vip);
    now.vips.add(vip);
    vip.pool = now;
    vip.action = action;
    save(vip);
    vip.write();
    pools.unreference(old);
  }

  void delete(Vip vip) {
    if (vip.family.table.isBound()) {
      putKey(vip);
      vip.family.table.remove();
      shared.changed();
    }
    vip.pool.vips.remove(vip);
    vips.remove(vip);
    vip.family.entries--;
    shared.removeVip(portOf(vip));
    giveCountsTo(vip, vip.pool, false);
    reasons.keep(rowByReason(vip));
    saved.remove(vip.family.tableId, vip.key);
    pools.unreference(vip.pool);
    rows.giveBack(vip.row);
  }

  /**
   * What configurations of a pool count is what its VIPs do: one that goes leaves its counts there.
   */
  private void giveCountsTo(Vip vip, Pool pool, boolean taken) {
    for (Config config : pool.configs) {
      if (config != null && config.codepoint != UNROUTABLE) {
        CounterValue counts = rowByCodepoint(vip, config.codepoint);
        configs.addCounts(config, taken ? Counts.minus(Counts.ZERO, counts) : counts);
      }
    }
  }

  CounterValue counter(Vip vip) {
    CounterValue sum = vip.offset;
    for (CounterValue cell : row(vip)) {
      sum = Counts.plus(sum, cell);
    }
    return sum;
  }

  void setCounter(Vip vip, CounterValue value) {
    vip.offset = Counts.plus(vip.offset, Counts.minus(value, counter(vip)));
    save(vip);
  }

  /** What the VIPs of a configuration's pool have counted for its codepoint. */
  CounterValue counted(Config config) {
    if (config.codepoint == UNROUTABLE) {
      return Counts.ZERO;
    }
    CounterValue sum = Counts.ZERO;
    for (Vip vip : config.pool.vips) {
      sum = Counts.plus(sum, rowByCodepoint(vip, config.codepoint));
    }
    return sum;
  }

  /** What all VIPs have counted for a reason. */
  CounterValue counted(int reason) {
    CounterValue sum = Counts.ZERO;
    for (Vip vip : vips) {
      for (int codepoint = 0; codepoint < CODEPOINTS; codepoint++) {
        sum = Counts.plus(sum, cells.get(vip.row * ROW + codepoint * REASONS + reason));
      }
    }
    return sum;
  }

  private CounterValue rowByCodepoint(Vip vip, int codepoint) {
    CounterValue sum = Counts.ZERO;
    for (CounterValue cell : row(vip).subList(codepoint * REASONS, (codepoint + 1) * REASONS)) {
      sum = Counts.plus(sum, cell);
    }
    return sum;
  }

  private CounterValue[] rowByReason(Vip vip) {
    CounterValue[] sums = new CounterValue[REASONS];
    List<CounterValue> row = row(vip);
    for (int reason = 0; reason < REASONS; reason++) {
      sums[reason] = Counts.ZERO;
      for (int codepoint = 0; codepoint < CODEPOINTS; codepoint++) {
        sums[reason] = Counts.plus(sums[reason], row.get(codepoint * REASONS + reason));
      }
    }
    return sums;
  }

  /** All cells of a VIP, in one system call. */
  private List<CounterValue> row(Vip vip) {
    List<CounterValue> row = new ArrayList<>(ROW);
    if (!cells.table().isBound()) {
      for (int i = 0; i < ROW; i++) {
        row.add(Counts.ZERO);
      }
      return row;
    }
    int stride = cells.table().map().stride();
    if (rowValues == null || rowValues.capacity() != ROW * stride) {
      rowValues = ByteBuffer.allocateDirect(ROW * stride).order(ByteOrder.nativeOrder());
    }
    cells.table().map().lookupRange(vip.row * ROW, ROW, rowValues);
    int packets = cells.table().value("packets").offset();
    int octets = cells.table().value("octets").offset();
    int cell = (cells.table().shape().valueSize() + 7) / 8 * 8;
    for (int i = 0; i < ROW; i++) {
      long packetSum = 0;
      long octetSum = 0;
      for (int at = i * stride; at < (i + 1) * stride; at += cell) {
        packetSum += rowValues.getLong(at + packets);
        octetSum += rowValues.getLong(at + octets);
      }
      row.add(packetSum == 0 ? Counts.ZERO : new CounterValue(packetSum, octetSum));
    }
    return row;
  }

  private void zero(int row) {
    if (cells.table().isBound()) {
      for (int i = 0; i < ROW; i++) {
        cells.set(row * ROW + i, Counts.ZERO);
      }
    }
  }

  private void save(Vip vip) {
    saved.write(
        new SavedEntry(
            vip.family.tableId,
            vip.key,
            ContractIds.action(vip.action.action()),
            vip.action.arguments(),
            vip.row,
            0,
            vip.offset));
  }

  private static int portOf(Vip vip) {
    return vip.key.get(1).intValueExact();
  }

  private static void putKey(Vip vip) {
    Family family = vip.family;
    family.table.clear();
    family.addr.putOctets(
        family.table.key(), BackendWay.octets(vip.key.get(0), family.addressLength));
    family.port.putOctets(family.table.key(), BackendWay.octets(vip.key.get(1), 2));
  }

  /** Writes everything after the tables were bound to other maps; takes away what is no VIP. */
  void writeAll() {
    Set<ByteBuffer> keys = new HashSet<>();
    for (Vip vip : vips) {
      save(vip);
      vip.write();
      keys.add(copy(vip.family.table.key()));
    }
    for (Family family : List.of(v4, v6)) {
      List<ByteBuffer> stale = new ArrayList<>();
      family
          .table
          .map()
          .forEach(
              (key, value) -> {
                if (!keys.contains(copy(key))) {
                  stale.add(copy(key));
                }
              });
      for (ByteBuffer key : stale) {
        family.table.key().put(0, key, 0, key.capacity());
        family.table.remove();
      }
    }
    shared.changed();
  }

  private static ByteBuffer copy(ByteBuffer key) {
    return ByteBuffer.allocate(key.capacity()).put(0, key, 0, key.capacity());
  }
}
