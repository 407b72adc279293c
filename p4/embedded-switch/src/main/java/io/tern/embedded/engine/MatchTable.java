package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Table;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.DataPlane.MeterRates;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A table with its entries. Control operations exclude each other; the packet thread takes no lock.
 */
abstract class MatchTable {
  private final Table table;
  private final List<CompiledAction> actions;
  private final LongSupplier nanoClock;
  private final KeyLayout keys;
  private final boolean hasKey;
  private final EntryCounter defaultCounter;
  private ControlNode[] nextOnHit = new ControlNode[0];
  private ControlNode[] nextOnMiss = new ControlNode[0];
  private ControlNode nextWithoutAction;
  private volatile ActionBinding defaultBinding;
  private ActionCall defaultCall;

  MatchTable(Table table, List<CompiledAction> actions, KeyLayout keys, LongSupplier nanoClock) {
    this.table = table;
    this.actions = actions;
    this.keys = keys;
    this.nanoClock = nanoClock;
    this.hasKey = keys.limbs() > 0;
    this.defaultCounter = table.withCounters() ? new EntryCounter() : null;
  }

  static MatchTable of(Table table, List<CompiledAction> actions, Components components) {
    KeyLayout keys = new KeyLayout(table.keys(), components.layout());
    LongSupplier clock = components.nanoClock();
    return switch (table.kind()) {
      case EXACT -> new ExactTable(table, actions, keys, clock);
      case LPM -> new LpmTable(table, actions, keys, clock);
      case PRIORITY -> new PriorityTable(table, actions, keys, clock);
    };
  }

  /** The entry that matches the packet, or null. */
  abstract TableEntry lookup(PacketContext c);

  /** Adds an entry unless there is one with the same match. Holds the lock. */
  abstract boolean add(TableEntry entry);

  /** Holds the lock. */
  abstract void remove(TableEntry entry);

  abstract int size();

  KeyLayout keys() {
    return keys;
  }

  Table model() {
    return table;
  }

  /** Says what follows, by the index of the action, and installs what the program brings. */
  void start(ControlNode[] onHit, ControlNode[] onMiss, ControlNode withoutAction) {
    nextOnHit = onHit;
    nextOnMiss = onMiss;
    nextWithoutAction = withoutAction;
    setDefault(programDefault());
    for (Table.Entry entry : table.entries()) {
      add(entry);
    }
  }

  private synchronized void add(Table.Entry entry) {
    long[] key = new long[keys.limbs()];
    long[] mask = new long[keys.limbs()];
    long[] high = hasRanges() ? new long[keys.limbs()] : null;
    int prefix = 0;
    for (int i = 0; i < entry.match().size(); i++) {
      Table.EntryMatch match = entry.match().get(i);
      keys.put(i, match.value(), key);
      if (table.keys().get(i).kind() == Table.MatchKind.RANGE) {
        keys.put(i, match.mask(), high);
      } else {
        keys.put(i, match.mask(), mask);
      }
      prefix += table.keys().get(i).kind() == Table.MatchKind.LPM ? match.prefixLength() : 0;
    }
    ActionCall call = call(entry.action());
    add(entry(key, mask, high, prefix, entry.priority(), binding(call, nextOnHit)));
  }

  private static ActionCall call(Table.ActionEntry entry) {
    return new ActionCall(entry.action().name(), entry.arguments());
  }

  private boolean hasRanges() {
    return table.keys().stream().anyMatch(k -> k.kind() == Table.MatchKind.RANGE);
  }

  private TableEntry entry(
      long[] key, long[] mask, long[] high, int prefix, int priority, ActionBinding binding) {
    keys.mask(key);
    return new TableEntry(
        this,
        key,
        table.kind() == Table.Kind.PRIORITY ? mask : null,
        high,
        prefix,
        priority,
        binding,
        table.withCounters());
  }

  // Packet thread

  /**
   * Counts and meters the packet, runs the action and says what follows, null for the end.
   *
   * @param meterSlot where the colour goes if the table has a direct meter
   */
  final ControlNode apply(PacketContext c, int meterSlot) {
    TableEntry entry = hasKey ? lookup(c) : null;
    ActionBinding binding;
    if (entry == null) {
      if (defaultCounter != null) {
        defaultCounter.count(c.receivedLength);
      }
      binding = defaultBinding;
      if (binding == null) {
        return nextWithoutAction;
      }
    } else {
      if (entry.counter != null) {
        entry.counter.count(c.receivedLength);
      }
      if (meterSlot >= 0) {
        c.r[meterSlot] =
            MeterCells.colour(entry.meter, table.directMeter(), c.receivedLength, nanoClock);
      }
      binding = entry.binding;
    }
    c.args = binding.arguments;
    binding.action.run(c);
    return binding.next;
  }

  // Control plane

  synchronized TableEntry insert(List<KeyMatch> match, int priority, ActionCall action) {
    requireWritable();
    if (table.keys().isEmpty()) {
      throw invalid("has no key and takes no entries");
    }
    if (match.size() != table.keys().size()) {
      throw invalid("has " + table.keys().size() + " keys, found " + match.size());
    }
    requirePriority(priority);
    long[] key = new long[keys.limbs()];
    long[] mask = new long[keys.limbs()];
    long[] high = hasRanges() ? new long[keys.limbs()] : null;
    int prefix = 0;
    for (int i = 0; i < match.size(); i++) {
      prefix += put(i, match.get(i), key, mask, high);
    }
    TableEntry entry = entry(key, mask, high, prefix, priority, binding(action, nextOnHit));
    if (size() >= table.maxSize() && !contains(entry)) {
      throw new DataPlaneException(
          Code.RESOURCE_EXHAUSTED,
          "table " + table.name() + " is full: it holds " + table.maxSize() + " entries");
    }
    if (!add(entry)) {
      throw new DataPlaneException(
          Code.ALREADY_EXISTS, "table " + table.name() + " has an entry with this match");
    }
    return entry;
  }

  /** Whether there is an entry with the same match. Holds the lock. */
  abstract boolean contains(TableEntry entry);

  synchronized void modify(TableEntry entry, ActionCall action) {
    requireWritable();
    requireInstalled(entry);
    entry.binding = binding(action, nextOnHit);
  }

  synchronized void delete(TableEntry entry) {
    requireWritable();
    requireInstalled(entry);
    remove(entry);
    entry.removed = true;
  }

  synchronized void setDefaultAction(ActionCall action) {
    if (table.defaultIsConstant()) {
      throw invalid("has a constant default action");
    }
    setDefault(action == null ? programDefault() : action);
  }

  private ActionCall programDefault() {
    Optional<Table.ActionEntry> entry = table.defaultEntry();
    return entry.isPresent() ? call(entry.get()) : null;
  }

  private synchronized void setDefault(ActionCall call) {
    defaultBinding = call == null ? null : binding(call, nextOnMiss);
    defaultCall = call;
  }

  synchronized ActionCall defaultAction() {
    return defaultCall;
  }

  synchronized void setMeter(TableEntry entry, MeterRates rates) {
    requireInstalled(entry);
    if (table.directMeter() == null) {
      throw invalid("has no direct meter");
    }
    entry.meter = rates == null ? null : new Meter(rates, nanoClock.getAsLong());
  }

  CounterValue defaultEntryCounter() {
    return defaultCounter == null ? new CounterValue(0, 0) : defaultCounter.get();
  }

  synchronized CounterValue counter(TableEntry entry) {
    requireInstalled(entry);
    return entry.counter == null ? new CounterValue(0, 0) : entry.counter.get();
  }

  synchronized void setCounter(TableEntry entry, CounterValue value) {
    requireInstalled(entry);
    if (entry.counter == null) {
      throw invalid("has no direct counters");
    }
    entry.counter.set(value);
  }

  private ActionBinding binding(ActionCall call, ControlNode[] next) {
    for (int i = 0; i < actions.size(); i++) {
      CompiledAction action = actions.get(i);
      if (action.action().name().equals(call.action())) {
        return new ActionBinding(action, action.bind(call.arguments()), next[i]);
      }
    }
    throw invalid("has no action " + call.action());
  }

  private void requireWritable() {
    if (table.readOnly()) {
      throw invalid("has constant entries");
    }
  }

  private void requireInstalled(TableEntry entry) {
    if (entry.removed) {
      throw new DataPlaneException(
          Code.NOT_FOUND, "table " + table.name() + " does not have the entry any more");
    }
  }

  private void requirePriority(int priority) {
    if (table.kind() == Table.Kind.PRIORITY ? priority < 1 : priority != 0) {
      throw invalid(
          table.kind() == Table.Kind.PRIORITY
              ? "needs a priority of at least 1, found " + priority
              : "takes no priority, found " + priority);
    }
  }

  DataPlaneException invalid(String problem) {
    return new DataPlaneException(Code.INVALID_ARGUMENT, "table " + table.name() + " " + problem);
  }

  /** Puts one field in place and returns its prefix length, 0 if it is no prefix. */
  private int put(int i, KeyMatch match, long[] key, long[] mask, long[] high) {
    switch (table.keys().get(i).kind()) {
      case EXACT -> {
        if (match instanceof KeyMatch.Exact exact) {
          keys.put(i, fit(i, exact.value()), key);
          keys.put(i, keys.ones(i), mask);
          return 0;
        }
      }
      case LPM -> {
        if (match instanceof KeyMatch.Lpm lpm) {
          return putPrefix(i, lpm, key, mask);
        }
      }
      case TERNARY, OPTIONAL -> {
        if (match instanceof KeyMatch.Ternary ternary) {
          BigInteger bits = fit(i, ternary.mask());
          keys.put(i, fit(i, ternary.value()).and(bits), key);
          keys.put(i, bits, mask);
          return 0;
        }
        if (match instanceof KeyMatch.Optional optional) {
          if (optional.value() != null) {
            keys.put(i, fit(i, optional.value()), key);
            keys.put(i, keys.ones(i), mask);
          }
          return 0;
        }
      }
      case RANGE -> {
        if (match instanceof KeyMatch.Range range) {
          if (fit(i, range.low()).compareTo(fit(i, range.high())) > 0) {
            throw invalid("key " + name(i) + ": the range starts above its end");
          }
          keys.put(i, range.low(), key);
          keys.put(i, range.high(), high);
          return 0;
        }
      }
    }
    throw invalid(
        "key "
            + name(i)
            + " is matched "
            + table.keys().get(i).kind()
            + ", found "
            + match.getClass().getSimpleName());
  }

  private int putPrefix(int i, KeyMatch.Lpm lpm, long[] key, long[] mask) {
    int width = table.keys().get(i).width();
    if (lpm.prefixLength() < 0 || lpm.prefixLength() > width) {
      throw invalid(
          "key "
              + name(i)
              + ": a prefix of "
              + lpm.prefixLength()
              + " bits, the field has "
              + width);
    }
    int rest = width - lpm.prefixLength();
    BigInteger bits = keys.ones(i).shiftRight(rest).shiftLeft(rest);
    keys.put(i, fit(i, lpm.value()).and(bits), key);
    keys.put(i, bits, mask);
    return lpm.prefixLength();
  }

  private BigInteger fit(int i, BigInteger value) {
    int width = table.keys().get(i).width();
    if (value.signum() < 0 || value.bitLength() > width) {
      throw invalid("key " + name(i) + ": the value does not fit " + width + " bits");
    }
    return value;
  }

  private String name(int i) {
    return table.keys().get(i).name();
  }
}
