package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A data plane that keeps what is written to it, and whose "program" sends each frame to the port
 * that its first octet names.
 */
public final class FakeDataPlane implements DataPlane {

  /** An entry; its fields can be looked at. */
  public static final class Entry implements EntryHandle {
    final String table;
    final List<KeyMatch> key;
    final int priority;
    ActionCall action;
    CounterValue counter = new CounterValue(0, 0);
    MeterRates meter;

    Entry(String table, List<KeyMatch> key, int priority, ActionCall action) {
      this.table = table;
      this.key = key;
      this.priority = priority;
      this.action = action;
    }
  }

  private static final ActionCall DROP = new ActionCall("I.drop", List.of());

  final Map<List<Object>, Entry> entries = new LinkedHashMap<>();
  final Map<String, ActionCall> defaults = new HashMap<>();
  final Map<String, CounterValue> cells = new HashMap<>();
  final Map<String, MeterRates> meters = new HashMap<>();
  final Map<String, BigInteger> registers = new HashMap<>();
  final Map<Integer, List<Replica>> groups = new HashMap<>();
  final Map<Integer, List<Replica>> sessions = new HashMap<>();
  int capacity = Integer.MAX_VALUE;

  /** Entries whose changes turn out to have failed when a batch ends. */
  Predicate<Entry> failsLate = entry -> false;

  @Override
  public synchronized EntryHandle insert(
      String table, List<KeyMatch> key, int priority, ActionCall action) {
    if (entries.size() >= capacity) {
      throw new DataPlaneException(Code.RESOURCE_EXHAUSTED, "table '" + table + "' is full");
    }
    Entry entry = new Entry(table, key, priority, action);
    if (entries.putIfAbsent(List.of(table, key, priority), entry) != null) {
      throw new DataPlaneException(Code.ALREADY_EXISTS, "table '" + table + "' has this key");
    }
    return entry;
  }

  @Override
  public synchronized void modify(EntryHandle entry, ActionCall action) {
    live(entry).action = action;
  }

  @Override
  public synchronized void delete(EntryHandle handle) {
    Entry entry = live(handle);
    entries.remove(List.of(entry.table, entry.key, entry.priority));
  }

  @Override
  public boolean beginBatch() {
    return true;
  }

  @Override
  public synchronized List<FailedChange> endBatch() {
    List<Entry> failed = entries.values().stream().filter(failsLate).toList();
    entries.values().removeAll(failed);
    return failed.stream()
        .map(
            entry ->
                new FailedChange(
                    entry, new DataPlaneException(Code.RESOURCE_EXHAUSTED, "no memory")))
        .toList();
  }

  @Override
  public synchronized void setDefaultAction(String table, ActionCall action) {
    if (action == null) {
      defaults.remove(table);
    } else {
      defaults.put(table, action);
    }
  }

  @Override
  public synchronized ActionCall defaultAction(String table) {
    return defaults.getOrDefault(table, DROP);
  }

  @Override
  public synchronized CounterValue directCounter(EntryHandle entry) {
    return live(entry).counter;
  }

  @Override
  public synchronized void setDirectCounter(EntryHandle entry, CounterValue value) {
    live(entry).counter = value;
  }

  @Override
  public CounterValue defaultEntryCounter(String table) {
    return new CounterValue(7, 700);
  }

  @Override
  public synchronized CounterValue counter(String counter, int index) {
    return cells.getOrDefault(counter + index, new CounterValue(0, 0));
  }

  @Override
  public synchronized void setCounter(String counter, int index, CounterValue value) {
    cells.put(counter + index, value);
  }

  @Override
  public synchronized BigInteger register(String register, int index) {
    return registers.getOrDefault(register + index, BigInteger.ZERO);
  }

  @Override
  public synchronized void setRegister(String register, int index, BigInteger value) {
    registers.put(register + index, value);
  }

  @Override
  public synchronized void setMeter(String meter, int index, MeterRates rates) {
    if (rates == null) {
      meters.remove(meter + index);
    } else {
      meters.put(meter + index, rates);
    }
  }

  @Override
  public synchronized void setDirectMeter(EntryHandle entry, MeterRates rates) {
    live(entry).meter = rates;
  }

  @Override
  public synchronized void setMulticastGroup(int id, List<Replica> replicas) {
    groups.put(id, replicas);
  }

  @Override
  public synchronized void deleteMulticastGroup(int id) {
    groups.remove(id);
  }

  @Override
  public synchronized void setCloneSession(int id, List<Replica> replicas, int packetLength) {
    sessions.put(id, replicas);
  }

  @Override
  public synchronized void deleteCloneSession(int id) {
    sessions.remove(id);
  }

  @Override
  public void process(int ingressPort, byte[] packet, int offset, int length, PacketOut out) {
    out.emit(packet[offset] & 0xff, packet, offset, length);
  }

  private Entry live(EntryHandle handle) {
    Entry entry = (Entry) handle;
    if (entries.get(List.of(entry.table, entry.key, entry.priority)) != entry) {
      throw new IllegalStateException("the handle is of an entry that was deleted");
    }
    return entry;
  }
}
