package io.tern.agent.pin;

import io.tern.libbpf.BpfMap;
import java.nio.ByteBuffer;

/** Octets in a map of one element: bpffs keeps no files. */
final class TextMap {
  private TextMap() {}

  /** Makes a map that has the octets. */
  static BpfMap create(String name, byte[] octets) {
    BpfMap map = BpfMap.create(BpfMap.TYPE_ARRAY, name, 4, Integer.BYTES + octets.length, 1, 0);
    try {
      ByteBuffer value = map.newValue();
      value.putInt(0, octets.length).put(Integer.BYTES, octets);
      map.update(map.newKey(), value, BpfMap.Mode.ANY);
      return map;
    } catch (RuntimeException e) {
      map.close();
      throw e;
    }
  }

  static byte[] read(BpfMap map) {
    ByteBuffer value = map.newValue();
    map.lookup(map.newKey(), value);
    byte[] octets = new byte[value.getInt(0)];
    value.get(Integer.BYTES, octets);
    return octets;
  }
}
