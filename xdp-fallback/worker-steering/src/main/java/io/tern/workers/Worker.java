package io.tern.workers;

import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfMap.Mode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One socket of a group. If its process ends without a word, the kernel takes the socket out of the
 * group, and nothing of it misleads a packet. Thread-safe; usable as long as the group is open.
 */
public final class Worker implements AutoCloseable {
  /** Octets of {@code struct worker} and of its fields' places. */
  private static final int GENERATION_AT = 4;

  private static final int ACCEPTS_AT = 8;
  private static final int PROCESS_AT = 12;

  /** Of {@code struct worker_sid}. */
  private static final int INCARNATION_AT = 4;

  /** Of {@code struct sid_long}. */
  private static final int SPACE_AT = 16;

  private static final int CONFIG_MASK_AT = 8;
  private static final int MASK_LENGTH = 16;

  private final GroupObjects objects;
  private final int slot;
  private final int incarnation;
  private final int generation;
  private final long cookie;
  private final Set<ByteBuffer> served = new HashSet<>();

  private Worker(GroupObjects objects, int slot, int incarnation, int generation) {
    this.objects = objects;
    this.slot = slot;
    this.incarnation = incarnation;
    this.generation = generation;
    this.cookie = cookie();
  }

  /** Takes over a slot whose socket is this process's. */
  static Worker register(GroupObjects objects, int slot, int generation) {
    BpfMap slots = objects.map(GroupObjects.SLOTS);
    ByteBuffer before = slots.newValue();
    slots.lookup(slots.newKey().putInt(0, slot), before);
    Worker worker = new Worker(objects, slot, before.getInt(0) + 1, generation);
    worker.write(false);
    worker.forgetPredecessor();
    return worker;
  }

  static WorkerState read(BpfMap slots, int slot) {
    ByteBuffer value = slots.newValue();
    slots.lookup(slots.newKey().putInt(0, slot), value);
    return new WorkerState(
        slot,
        value.getInt(GENERATION_AT),
        value.getInt(ACCEPTS_AT) != 0,
        Integer.toUnsignedLong(value.getInt(PROCESS_AT)));
  }

  /** Its place in the group, from 0; nobody else has it as long as the socket is open. */
  public int slot() {
    return slot;
  }

  /** As it was registered. */
  public int generation() {
    return generation;
  }

  /**
   * From now on, packets whose CID has this server ID come to this worker's socket; before it
   * issues such CIDs. Of two workers with the same ID (in the worker part) the later one has it.
   *
   * @param codepoint of a configuration that the group has
   * @throws IllegalArgumentException if the group has no configuration with the codepoint
   */
  public synchronized void serve(int codepoint, ServerId serverId) {
    ByteBuffer key = key(codepoint, serverId);
    BpfMap ids = objects.map(GroupObjects.SERVER_IDS);
    ByteBuffer value = ids.newValue().putInt(0, slot).putInt(INCARNATION_AT, incarnation);
    ids.update(key, value, Mode.ANY);
    served.add(key);
  }

  private ByteBuffer key(int codepoint, ServerId serverId) {
    if (codepoint < 0 || codepoint > QuicLbConfig.MAX_CODEPOINT) {
      throw new IllegalArgumentException(
          "codepoint is " + codepoint + "; it must be 0 to " + QuicLbConfig.MAX_CODEPOINT);
    }
    BpfMap configs = objects.map(GroupObjects.CONFIGS);
    ByteBuffer config = configs.newValue();
    configs.lookup(configs.newKey().putInt(0, codepoint), config);
    if (config.get(0) == 0) {
      throw new IllegalArgumentException(
          "the group has no CID configuration with codepoint "
              + codepoint
              + ": configure it first");
    }
    ByteBuffer key = objects.map(GroupObjects.SERVER_IDS).newKey();
    byte[] octets = serverId.leftAligned();
    for (int i = 0; i < MASK_LENGTH; i++) {
      byte mask = config.get(CONFIG_MASK_AT + i);
      byte octet = i < octets.length ? octets[i] : 0;
      if (mask != 0 && i >= serverId.length()) {
        throw new IllegalArgumentException(
            "server ID "
                + serverId
                + " has "
                + serverId.length()
                + " octets; the worker part of codepoint "
                + codepoint
                + " ends behind them");
      }
      key.put(i, (byte) (octet & mask));
    }
    return key.putShort(SPACE_AT, (short) codepoint);
  }

  /** Offers to take new connections, if the group has not left its generation behind. */
  public void accept() {
    write(true);
  }

  /**
   * Takes no new connections any more, and keeps those that it has. If no other worker takes any,
   * some may come all the same.
   */
  public void drain() {
    write(false);
  }

  /**
   * Leaves the group, before the socket is closed: packets that still name this worker go by hash.
   * Does nothing if the socket is closed already.
   */
  @Override
  public synchronized void close() {
    if (cookie() != cookie) {
      return;
    }
    write(false);
    BpfMap ids = objects.map(GroupObjects.SERVER_IDS);
    served.forEach(key -> deleteIfOwn(ids, key, incarnation));
    served.clear();
    objects.map(GroupObjects.SOCKETS).delete(slotKey(objects.map(GroupObjects.SOCKETS)));
  }

  private void deleteIfOwn(BpfMap ids, ByteBuffer key, int owner) {
    ByteBuffer value = ids.newValue();
    if (ids.lookup(key, value)
        && value.getInt(0) == slot
        && value.getInt(INCARNATION_AT) == owner) {
      ids.delete(key);
    }
  }

  private synchronized void write(boolean accepts) {
    BpfMap slots = objects.map(GroupObjects.SLOTS);
    ByteBuffer value = slots.newValue();
    value.putInt(0, incarnation);
    value.putInt(GENERATION_AT, generation);
    value.putInt(ACCEPTS_AT, accepts ? 1 : 0);
    value.putInt(PROCESS_AT, (int) ProcessHandle.current().pid());
    slots.update(slotKey(slots), value, Mode.ANY);
  }

  /** Entries of a worker that had the slot and ended without a word. */
  private void forgetPredecessor() {
    BpfMap ids = objects.map(GroupObjects.SERVER_IDS);
    List<ByteBuffer> stale = new ArrayList<>();
    ids.forEach(
        (key, value) -> {
          if (value.getInt(0) == slot && value.getInt(INCARNATION_AT) != incarnation) {
            stale.add(ids.newKey().put(0, key, key.position(), ids.keySize()));
          }
        });
    stale.forEach(ids::delete);
  }

  /** The kernel's name for the socket in the slot; 0 if there is none. */
  private long cookie() {
    BpfMap sockets = objects.map(GroupObjects.SOCKETS);
    ByteBuffer value = sockets.newValue();
    return sockets.lookup(slotKey(sockets), value) ? value.getLong(0) : 0;
  }

  private ByteBuffer slotKey(BpfMap map) {
    return map.newKey().putInt(0, slot);
  }
}
