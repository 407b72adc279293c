package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.MapShape;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A map with room for one key and one value. Until it is bound to a map of the kernel, what is
 * written goes nowhere and nothing is found. Not thread-safe.
 */
public final class Table {
  private final MapShape shape;
  private final ByteBuffer key;
  private final ByteBuffer value;
  private BpfMap map;
  private ByteBuffer perCpu;

  Table(MapShape shape) {
    this.shape = shape;
    this.key = direct(shape.keySize());
    this.value = direct(shape.valueSize());
  }

  /** A table over a map that is there. */
  Table(MapShape shape, BpfMap map) {
    this(shape);
    bind(map);
  }

  private static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  MapShape shape() {
    return shape;
  }

  Field key(String field) {
    return shape.key(field);
  }

  Field value(String field) {
    return shape.value(field);
  }

  ByteBuffer key() {
    return key;
  }

  ByteBuffer value() {
    return value;
  }

  /** The map; null if it is not bound. */
  BpfMap map() {
    return map;
  }

  void bind(BpfMap map) {
    this.map = map;
    this.perCpu = map == null || map.stride() == shape.valueSize() ? null : direct(map.stride());
  }

  boolean isBound() {
    return map != null;
  }

  /** Sets all octets of key and value to 0. */
  Table clear() {
    clear(key);
    clear(value);
    return this;
  }

  private static void clear(ByteBuffer buffer) {
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) 0);
    }
  }

  /** Makes the key a 32-bit index. */
  Table at(int index) {
    key.putInt(0, index);
    return this;
  }

  /** Writes the element; RESOURCE_EXHAUSTED if there is no room for it. */
  void write() {
    if (map == null) {
      return;
    }
    try {
      map.update(key, value, BpfMap.Mode.ANY);
    } catch (BpfException e) {
      throw explained(e);
    }
  }

  DataPlaneException explained(BpfException e) {
    if (e.errno() == BpfException.E2BIG) {
      return Refusal.full("map '%s' is full: it holds %d", shape.name(), map.info().maxEntries());
    }
    if (e.errno() == BpfException.ENOMEM) {
      return Refusal.full("the kernel has no memory for map '%s'", shape.name());
    }
    throw e;
  }

  void remove() {
    if (map != null) {
      map.delete(key);
    }
  }

  /** Reads the element; false if there is none. */
  boolean read() {
    return map != null && map.lookup(key, value);
  }

  /** The sum over all CPUs of a 64-bit field at an index of a per-CPU array. */
  long sum(int index, Field field) {
    return map == null ? 0 : sum(readCpus(index), 0, field);
  }

  /** What all CPUs have at an index of a per-CPU array; valid until the next call. */
  ByteBuffer readCpus(int index) {
    key.putInt(0, index);
    map.lookup(key, perCpu);
    return perCpu;
  }

  /** The sum over all CPUs of a 64-bit field of the element at a place. */
  long sum(ByteBuffer values, int place, Field field) {
    long sum = 0;
    int stride = map.stride() / cpus();
    for (int at = place; at < place + map.stride(); at += stride) {
      sum += values.getLong(at + field.offset());
    }
    return sum;
  }

  private int cpus() {
    return map.stride() / ((shape.valueSize() + 7) / 8 * 8);
  }

  /** Sets a per-CPU element: {@link #value} for the first CPU, zeros for the others. */
  void writeFirstCpu(int index) {
    if (map == null) {
      return;
    }
    clear(perCpu);
    for (int i = 0; i < value.capacity(); i++) {
      perCpu.put(i, value.get(i));
    }
    key.putInt(0, index);
    map.update(key, perCpu, BpfMap.Mode.ANY);
  }
}
