package io.tern.embedded.engine;

import java.math.BigInteger;
import java.util.List;

/**
 * A loaded program with its tables, counters and replication state: what the P4Runtime server
 * drives and the ports feed.
 *
 * <p>Names of tables, actions, counters and meters are those of the program's JSON, which are the
 * fully qualified P4 names that P4Info gives as well ({@code preamble.name}). All values are
 * unsigned and fit the width of their field.
 *
 * <p>Thread-safety: control operations may come from any thread and are atomic each; packets are
 * processed by one thread at a time and see a control operation wholly or not at all. Forwarding
 * takes no lock that a control operation holds for longer than the change of one entry.
 */
public interface DataPlane {

  /** Matches one key field of a table, in the order of the table's keys. */
  sealed interface KeyMatch {
    record Exact(BigInteger value) implements KeyMatch {}

    /** {@code prefixLength} 0 to the field's width. */
    record Lpm(BigInteger value, int prefixLength) implements KeyMatch {}

    record Ternary(BigInteger value, BigInteger mask) implements KeyMatch {}

    /** Both ends included. */
    record Range(BigInteger low, BigInteger high) implements KeyMatch {}

    /** An optional field: {@code value} null matches anything. */
    record Optional(BigInteger value) implements KeyMatch {}
  }

  /** An action with its arguments, in the order of the action's parameters. */
  record ActionCall(String action, List<BigInteger> arguments) {
    public ActionCall {
      arguments = List.copyOf(arguments);
    }

    /** Without the arguments: a program may take keys. */
    @Override
    public String toString() {
      return action + " with " + arguments.size() + " arguments";
    }
  }

  /** One replica of a multicast group or clone session. */
  record Replica(int egressPort, int instance) {}

  /** Packets and octets. */
  record CounterValue(long packets, long bytes) {}

  /**
   * A two-rate three-colour meter (RFC 2698), in octets or packets and those per second, as the
   * meter counts.
   */
  record MeterRates(long committedRate, long committedBurst, long peakRate, long peakBurst) {
    public MeterRates {
      if (committedRate < 0 || committedBurst < 0 || peakRate < committedRate || peakBurst < 0) {
        throw new IllegalArgumentException(
            "rates and bursts must not be negative, nor the peak rate below the committed one");
      }
    }
  }

  /** An installed entry; opaque. */
  interface EntryHandle {}

  /**
   * Adds an entry.
   *
   * @param priority larger wins; 0 for tables without ternary, range or optional fields
   * @throws DataPlaneException NOT_FOUND (table, action), ALREADY_EXISTS, RESOURCE_EXHAUSTED (table
   *     full), INVALID_ARGUMENT (key of another shape, action that the table does not have)
   */
  EntryHandle insert(String table, List<KeyMatch> key, int priority, ActionCall action);

  /**
   * The same as {@link #insert} for a table with exact fields only, without an object for each
   * number.
   *
   * @param octets the key's fields and behind them the action's arguments: each in as many octets
   *     as its width needs, the most significant first; not to be changed
   * @return null if this data plane wants it in the other notation; nothing was done then
   */
  default EntryHandle insertPacked(String table, String action, byte[] octets) {
    return null;
  }

  /** Gives an entry another action; its counter stays. */
  void modify(EntryHandle entry, ActionCall action);

  /**
   * The same for an entry of a table with exact fields only.
   *
   * @param octets as {@link #insertPacked} has them, with the entry's own key
   * @return false if this data plane wants it in the other notation; nothing was done then
   */
  default boolean modifyPacked(EntryHandle entry, String action, byte[] octets) {
    return false;
  }

  void delete(EntryHandle entry);

  /** A change of an entry that was accepted and then failed. */
  record FailedChange(EntryHandle entry, DataPlaneException reason) {}

  /**
   * From now on, until {@link #endBatch}, changes of entries may be collected: they look done to
   * this interface, and packets meet them, in an order that is as good, at the end of the batch at
   * last. One batch at a time.
   *
   * @return whether this data plane collects
   */
  default boolean beginBatch() {
    return false;
  }

  /**
   * Returns when packets meet everything that the batch changed.
   *
   * @return what failed, in the order of the changes; the data plane has taken those changes back
   */
  default List<FailedChange> endBatch() {
    return List.of();
  }

  /** Sets the default action of a table; null restores the program's own. */
  void setDefaultAction(String table, ActionCall action);

  /** The default action of a table as it is now, never null unless the table has none. */
  ActionCall defaultAction(String table);

  /** The direct counter of an entry (zeros if its table has none). */
  CounterValue directCounter(EntryHandle entry);

  void setDirectCounter(EntryHandle entry, CounterValue value);

  /** The direct counter of a table's default entry. */
  CounterValue defaultEntryCounter(String table);

  /** A cell of an indirect counter. */
  CounterValue counter(String counter, int index);

  void setCounter(String counter, int index, CounterValue value);

  /** A cell of a register array. */
  default BigInteger register(String register, int index) {
    throw new DataPlaneException(DataPlaneException.Code.UNIMPLEMENTED, "no registers");
  }

  default void setRegister(String register, int index, BigInteger value) {
    throw new DataPlaneException(DataPlaneException.Code.UNIMPLEMENTED, "no registers");
  }

  /** Configures an indirect meter; null takes its configuration away: all packets are green. */
  default void setMeter(String meter, int index, MeterRates rates) {
    throw new DataPlaneException(DataPlaneException.Code.UNIMPLEMENTED, "no meters");
  }

  /** Configures the direct meter of an entry; null takes its configuration away. */
  default void setDirectMeter(EntryHandle entry, MeterRates rates) {
    throw new DataPlaneException(DataPlaneException.Code.UNIMPLEMENTED, "no meters");
  }

  /**
   * Replaces the members of a parser value set; the fields of a member stand without padding, the
   * first one in the most significant bits.
   */
  default void setValueSet(String valueSet, List<BigInteger> members) {
    throw new DataPlaneException(DataPlaneException.Code.UNIMPLEMENTED, "no value sets");
  }

  /** Creates or replaces a multicast group, 1 to 65535. */
  void setMulticastGroup(int id, List<Replica> replicas);

  void deleteMulticastGroup(int id);

  /**
   * Creates or replaces a clone session, 1 to 32767; {@code packetLength} 0 means whole packets.
   */
  void setCloneSession(int id, List<Replica> replicas, int packetLength);

  void deleteCloneSession(int id);

  /**
   * Runs one packet through the program and hands what comes out to {@code out} before it returns.
   * Never throws for anything that a packet contains.
   *
   * @param ingressPort 0 to 510
   * @param packet the frame; read from {@code offset}, {@code length} octets; not kept
   */
  void process(int ingressPort, byte[] packet, int offset, int length, PacketOut out);

  /** Receives what the program emits. */
  interface PacketOut {
    /** The octets are valid during the call only. */
    void emit(int egressPort, byte[] packet, int offset, int length);

    /** The program generated a digest: the fields of the named list. */
    default void digest(String list, List<BigInteger> fields) {}
  }
}
