package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.LayoutException;
import io.tern.agent.plane.Backends.Backend;
import io.tern.agent.plane.WriteQueue.Stage;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Pools, which the contract knows by their IDs alone: an index of their own, and a range of slots
 * in the array {@code fallback}. Table {@code fallback}. Not thread-safe.
 */
final class Pools {
  /** Slots of an element of the array; ranges of slots begin and end with one. */
  private static final int SLOTS_OF_ELEMENT = 4;

  private final Table fallback;
  private final Table saved;
  private final Backends backends;
  private final WriteQueue queue;
  private final Stage writes;
  private final int slotLimit;
  private final Indices indices;
  private final SlotRanges ranges;
  private final Map<Integer, Pool> byId = new HashMap<>();

  /** What the program remembers of a pool that comes back is under the index that it had. */
  private final Map<Integer, Integer> lastIndices = new HashMap<>();

  private final Field owner;
  private final Field savedIndex;
  private final Field savedBase;
  private final Field savedSlots;
  private int slots;

  /** A pool that something names. */
  static final class Pool {
    final int id;
    final int index;
    final CidConfigs.Config[] configs = new CidConfigs.Config[8];
    final List<Vips.Vip> vips = new ArrayList<>();
    int references;

    /** First slot in the array; the number of slots is that of {@link #owners}. */
    int base;

    Slot[] owners = {};
    int slots;

    private Pool(int id, int index) {
      this.id = id;
      this.index = index;
    }
  }

  /** An entry of {@code fallback}. */
  static final class Slot implements EntryHandle {
    final Pool pool;
    final int number;
    Backend backend;

    private Slot(Pool pool, int number, Backend backend) {
      this.pool = pool;
      this.number = number;
      this.backend = backend;
    }
  }

  /**
   * @param slotLimit entries of {@code fallback}
   */
  Pools(
      Table fallback, Table saved, Backends backends, WriteQueue queue, int pools, int slotLimit) {
    this.fallback = fallback;
    this.saved = saved;
    this.backends = backends;
    this.queue = queue;
    this.writes = queue.early(fallback, WriteQueue.FAULT);
    this.slotLimit = slotLimit;
    this.indices = new Indices("pools", 1, pools);
    this.ranges = new SlotRanges(capacityFor(slotLimit));
    this.owner = fallback.value("owner");
    if (owner.count() != SLOTS_OF_ELEMENT) {
      throw new LayoutException(
          "map 'fallback' has " + owner.count() + " slots in an element, not " + SLOTS_OF_ELEMENT);
    }
    this.savedIndex = saved.value("index");
    this.savedBase = saved.value("base");
    this.savedSlots = saved.value("slots");
  }

  /** Slots of the array: a pool that grows has two ranges for a moment. */
  private static int capacityFor(int slots) {
    return (int) Math.max(2 * SlotRanges.sizeFor(slots), 2L * SlotRanges.MINIMUM);
  }

  /** Elements of the array for so many slots in all pools. */
  static int elementsFor(int slots) {
    return capacityFor(slots) / SLOTS_OF_ELEMENT;
  }

  void claim(int id, int index, int base, int size) {
    indices.claim(index);
    Pool pool = new Pool(id, index);
    if (size > 0) {
      ranges.claim(base, size);
      pool.base = base;
      pool.owners = new Slot[size];
    }
    byId.put(id, pool);
  }

  void dropUnnamed() {
    for (Pool pool : List.copyOf(byId.values())) {
      if (pool.references == 0) {
        pool.references = 1;
        unreference(pool);
      }
    }
  }

  /** The pool with an ID; null if nothing names it. */
  Pool find(int id) {
    return byId.get(id);
  }

  /** The pool with an ID, for one more that names it. */
  Pool reference(int id) {
    Pool pool = byId.get(id);
    if (pool == null) {
      pool = new Pool(id, indices.take(lastIndices.get(id)));
      lastIndices.put(id, pool.index);
      byId.put(id, pool);
      save(pool);
    }
    pool.references++;
    return pool;
  }

  void unreference(Pool pool) {
    if (--pool.references > 0) {
      return;
    }
    byId.remove(pool.id);
    if (pool.owners.length > 0) {
      ranges.giveBack(pool.base, pool.owners.length);
    }
    queue.flush();
    saved.clear().at(pool.id).remove();
    indices.giveBack(pool.index);
  }

  Slot insert(int poolId, long slot, long backendId, boolean restored) {
    if (slots >= slotLimit) {
      throw Refusal.full("table fallback holds %d entries", slotLimit);
    }
    Pool pool = reference(poolId);
    Backend backend = null;
    try {
      ensureSlots(pool, slot + 1);
      backend = backends.reference(backendId);
      requireOwner(backend);
      Slot entry = new Slot(pool, (int) slot, backend);
      pool.owners[entry.number] = entry;
      pool.slots++;
      slots++;
      if (!restored) {
        write(pool, entry.number);
      }
      return entry;
    } catch (RuntimeException e) {
      if (backend != null) {
        backends.unreference(backend);
      }
      unreference(pool);
      throw e;
    }
  }

  void modify(Slot slot, long backendId) {
    Backend old = slot.backend;
    Backend backend = backends.reference(backendId);
    try {
      requireOwner(backend);
    } catch (RuntimeException e) {
      backends.unreference(backend);
      throw e;
    }
    slot.backend = backend;
    write(slot.pool, slot.number);
    backends.unreference(old);
  }

  private static void requireOwner(Backend backend) {
    if (backend.index >= Backends.SLOT_OWNERS) {
      throw Refusal.full(
          "backend %d is beyond the %d that slots can name on this device",
          backend.id, Backends.SLOT_OWNERS);
    }
  }

  void delete(Slot slot) {
    slot.pool.owners[slot.number] = null;
    write(slot.pool, slot.number);
    slot.pool.slots--;
    slots--;
    backends.unreference(slot.backend);
    unreference(slot.pool);
  }

  /**
   * Gives a pool room for slots: a larger range, with the slots that it has; VIPs go over to it one
   * by one.
   */
  void ensureSlots(Pool pool, long wanted) {
    if (wanted <= pool.owners.length) {
      return;
    }
    long size = SlotRanges.sizeFor(wanted);
    if (size > capacityFor(slotLimit)) {
      throw Refusal.full(
          "pool %d wants %d slots, the device holds %d in all", pool.id, wanted, slotLimit);
    }
    int oldBase = pool.base;
    int oldSize = pool.owners.length;
    pool.base = ranges.take((int) size);
    pool.owners = Arrays.copyOf(pool.owners, (int) size);
    writeAll(pool);
    if (oldSize > 0) {
      queue.flush();
    }
    save(pool);
    pool.vips.forEach(Vips.Vip::write);
    if (oldSize > 0) {
      zero(oldBase, oldSize);
      ranges.giveBack(oldBase, oldSize);
    }
  }

  private void zero(int base, int size) {
    if (fallback.isBound()) {
      fallback.clear();
      for (int slot = base; slot < base + size; slot += SLOTS_OF_ELEMENT) {
        fallback.at(slot / SLOTS_OF_ELEMENT);
        writes.write(null);
      }
    }
  }

  /** Writes the element that a slot of the pool is in; the other slot in it stays what it is. */
  private void write(Pool pool, int number) {
    if (fallback.isBound()) {
      int first = number - number % SLOTS_OF_ELEMENT;
      fallback.at((pool.base + first) / SLOTS_OF_ELEMENT);
      for (int i = 0; i < SLOTS_OF_ELEMENT; i++) {
        Slot slot = pool.owners[first + i];
        owner.put(fallback.value(), i, slot == null ? 0 : slot.backend.index + 1);
      }
      writes.write(null);
    }
  }

  /** Writes a pool's slots to a range that has none. */
  private void writeAll(Pool pool) {
    for (int first = 0; first < pool.owners.length; first += SLOTS_OF_ELEMENT) {
      List<Slot> element = Arrays.asList(pool.owners).subList(first, first + SLOTS_OF_ELEMENT);
      if (element.stream().anyMatch(Objects::nonNull)) {
        write(pool, first);
      }
    }
  }

  private void save(Pool pool) {
    if (saved.isBound()) {
      saved.clear().at(pool.id);
      savedIndex.put(saved.value(), pool.index);
      savedBase.put(saved.value(), pool.base);
      savedSlots.put(saved.value(), pool.owners.length);
      saved.write();
    }
  }

  Iterable<Pool> all() {
    return byId.values();
  }

  /**
   * Writes everything after the tables were bound to other maps.
   *
   * @param slotsToo false if the slots are in the map already; what is in no pool's range is zeroed
   *     then
   */
  void writeAll(boolean slotsToo) {
    for (Pool pool : byId.values()) {
      save(pool);
      if (slotsToo) {
        writeAll(pool);
      }
    }
    if (!slotsToo) {
      List<Integer> stale = new ArrayList<>();
      fallback
          .map()
          .forEach(
              (key, value) -> {
                if (value.getLong(0) != 0 && ranges.isFree(key.getInt(0) * SLOTS_OF_ELEMENT)) {
                  stale.add(key.getInt(0));
                }
              });
      stale.forEach(element -> fallback.clear().at(element).write());
    }
  }
}
