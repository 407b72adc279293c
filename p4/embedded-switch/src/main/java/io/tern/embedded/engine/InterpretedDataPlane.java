package io.tern.embedded.engine;

import static java.util.Objects.requireNonNull;

import io.tern.embedded.bmv2.Action;
import io.tern.embedded.bmv2.CounterArray;
import io.tern.embedded.bmv2.InvalidProgramException;
import io.tern.embedded.bmv2.MeterArray;
import io.tern.embedded.bmv2.Program;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.bmv2.RegisterArray;
import io.tern.embedded.bmv2.ValueSet;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A data plane that interprets a program.
 *
 * <p>The packet path takes no lock and, once it has warmed up, allocates nothing (digests and log
 * messages excepted). It works in a context that is kept for the next packet; a call from within
 * {@link PacketOut#emit} is legal and gets a context of its own.
 */
public final class InterpretedDataPlane implements DataPlane {
  private final Components components;
  private final Interpreter interpreter;
  private final ReplicationEngine replication = new ReplicationEngine();
  private final Map<String, MatchTable> tables = new HashMap<>();
  private final Map<String, CounterArray> counters = new HashMap<>();
  private final Map<String, RegisterArray> registers = new HashMap<>();
  private final Map<String, MeterArray> meters = new HashMap<>();
  private final int keyLimbs;
  private final AtomicReference<PacketContext> idle = new AtomicReference<>();

  /** With the system's clock and a random seed. */
  public InterpretedDataPlane(Program program) {
    this(program, System::nanoTime, new SplittableRandom());
  }

  /**
   * @param nanoClock monotonic nanoseconds of any origin, for time stamps and meters
   * @param random for the program's random numbers; used by the packet thread only
   */
  public InterpretedDataPlane(Program program, LongSupplier nanoClock, RandomGenerator random) {
    components =
        new Components(
            requireNonNull(program, "program"),
            requireNonNull(nanoClock, "nanoClock"),
            requireNonNull(random, "random"));
    Map<Integer, CompiledAction> actions = new HashMap<>();
    for (Action action : program.actions()) {
      actions.put(action.id(), PrimitiveCompiler.action(action, components));
    }
    interpreter = new Interpreter(components, replication, actions, tables);
    keyLimbs = tables.values().stream().mapToInt(t -> t.keys().limbs()).max().orElse(0);
    program.counters().forEach(counter -> counters.put(counter.name(), counter));
    program.registers().forEach(register -> registers.put(register.name(), register));
    program.meters().forEach(meter -> meters.put(meter.name(), meter));
  }

  /**
   * Reads and compiles a program.
   *
   * @param json as p4c-bm2-ss writes it
   * @throws DataPlaneException INVALID_ARGUMENT (not JSON, no program; with the path in the JSON)
   *     or UNIMPLEMENTED (the program uses what the interpreter does not have)
   */
  public static InterpretedDataPlane load(byte[] json) {
    try {
      return new InterpretedDataPlane(ProgramReader.read(json));
    } catch (InvalidProgramException e) {
      throw new DataPlaneException(
          e.unsupported() ? Code.UNIMPLEMENTED : Code.INVALID_ARGUMENT, e.getMessage());
    }
  }

  /** What is interpreted. */
  public Program program() {
    return components.program();
  }

  @Override
  public EntryHandle insert(String table, List<KeyMatch> key, int priority, ActionCall action) {
    return table(table).insert(key, priority, requireNonNull(action, "action"));
  }

  @Override
  public void modify(EntryHandle entry, ActionCall action) {
    TableEntry installed = entry(entry);
    installed.table().modify(installed, requireNonNull(action, "action"));
  }

  @Override
  public void delete(EntryHandle entry) {
    TableEntry installed = entry(entry);
    installed.table().delete(installed);
  }

  @Override
  public void setDefaultAction(String table, ActionCall action) {
    table(table).setDefaultAction(action);
  }

  @Override
  public ActionCall defaultAction(String table) {
    return table(table).defaultAction();
  }

  @Override
  public CounterValue directCounter(EntryHandle entry) {
    TableEntry installed = entry(entry);
    return installed.table().counter(installed);
  }

  @Override
  public void setDirectCounter(EntryHandle entry, CounterValue value) {
    TableEntry installed = entry(entry);
    installed.table().setCounter(installed, requireNonNull(value, "value"));
  }

  @Override
  public CounterValue defaultEntryCounter(String table) {
    return table(table).defaultEntryCounter();
  }

  @Override
  public CounterValue counter(String counter, int index) {
    CounterArray array = named(counters, counter, "counter");
    requireIndex(array.name(), index, array.size());
    return components.counters()[array.index()].get(index);
  }

  @Override
  public void setCounter(String counter, int index, CounterValue value) {
    CounterArray array = named(counters, counter, "counter");
    requireIndex(array.name(), index, array.size());
    components.counters()[array.index()].set(index, requireNonNull(value, "value"));
  }

  @Override
  public BigInteger register(String register, int index) {
    RegisterArray array = named(registers, register, "register");
    requireIndex(array.name(), index, array.size());
    return components.registers()[array.index()].get(index);
  }

  @Override
  public void setRegister(String register, int index, BigInteger value) {
    RegisterArray array = named(registers, register, "register");
    requireIndex(array.name(), index, array.size());
    if (value.signum() < 0 || value.bitLength() > array.width()) {
      throw invalid("register " + register + ": the value does not fit " + array.width() + " bits");
    }
    components.registers()[array.index()].set(index, value);
  }

  @Override
  public void setMeter(String meter, int index, MeterRates rates) {
    MeterArray array = named(meters, meter, "meter");
    if (array.isDirect()) {
      throw invalid("meter " + meter + " is direct: it belongs to entries");
    }
    requireIndex(array.name(), index, array.size());
    components.meters()[array.index()].configure(index, rates);
  }

  @Override
  public void setDirectMeter(EntryHandle entry, MeterRates rates) {
    TableEntry installed = entry(entry);
    installed.table().setMeter(installed, rates);
  }

  @Override
  public void setValueSet(String valueSet, List<BigInteger> members) {
    ValueSet set = components.valueSets().named(valueSet);
    if (set == null) {
      throw new DataPlaneException(Code.NOT_FOUND, "no value set " + valueSet);
    }
    for (BigInteger member : members) {
      if (member.signum() < 0 || member.bitLength() > set.width()) {
        throw invalid("value set " + valueSet + ": a member does not fit " + set.width() + " bits");
      }
    }
    components.valueSets().set(set.index(), members);
  }

  @Override
  public void setMulticastGroup(int id, List<Replica> replicas) {
    replication.setGroup(id, replicas);
  }

  @Override
  public void deleteMulticastGroup(int id) {
    replication.deleteGroup(id);
  }

  @Override
  public void setCloneSession(int id, List<Replica> replicas, int packetLength) {
    replication.setSession(id, replicas, packetLength);
  }

  @Override
  public void deleteCloneSession(int id) {
    replication.deleteSession(id);
  }

  @Override
  public void process(int ingressPort, byte[] packet, int offset, int length, PacketOut out) {
    if (ingressPort < 0 || ingressPort >= Interpreter.DROP_PORT) {
      throw new IllegalArgumentException(
          "port " + ingressPort + " is not from 0 to " + (Interpreter.DROP_PORT - 1));
    }
    Objects.checkFromIndexSize(offset, length, packet.length);
    requireNonNull(out, "out");
    PacketContext c = idle.getAndSet(null);
    if (c == null) {
      c = new PacketContext(components.layout().slots(), components.scratch().words(), keyLimbs);
    }
    try {
      interpreter.process(c, ingressPort, packet, offset, length, out);
    } finally {
      c.release();
      idle.set(c);
    }
  }

  private MatchTable table(String name) {
    return named(tables, name, "table");
  }

  private static <T> T named(Map<String, T> map, String name, String kind) {
    T object = map.get(name);
    if (object == null) {
      throw new DataPlaneException(Code.NOT_FOUND, "no " + kind + " " + name);
    }
    return object;
  }

  private TableEntry entry(EntryHandle handle) {
    if (handle instanceof TableEntry entry
        && entry.table() == tables.get(entry.table().model().name())) {
      return entry;
    }
    throw new DataPlaneException(Code.NOT_FOUND, "an entry of another data plane");
  }

  private static void requireIndex(String array, int index, int size) {
    if (index < 0 || index >= size) {
      throw invalid(array + "[" + index + "] is not from 0 to " + (size - 1));
    }
  }

  private static DataPlaneException invalid(String problem) {
    return new DataPlaneException(Code.INVALID_ARGUMENT, problem);
  }
}
