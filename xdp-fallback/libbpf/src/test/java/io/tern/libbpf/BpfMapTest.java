package io.tern.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BpfMapTest extends KernelTest {

  private static BpfMap hash(int entries) {
    return BpfMap.create(BpfMap.TYPE_HASH, "test_hash", 4, 8, entries, BpfMap.NO_PREALLOC);
  }

  private static ByteBuffer key(int key) {
    return direct(4).putInt(0, key);
  }

  private static ByteBuffer value(long value) {
    return direct(8).putLong(0, value);
  }

  private static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  @Test
  void findsWhatWasWritten() {
    try (BpfMap map = hash(4)) {
      map.update(key(1), value(100), BpfMap.Mode.NEW);
      ByteBuffer found = map.newValue();

      assertThat(map.lookup(key(1), found)).isTrue();
      assertThat(found.getLong(0)).isEqualTo(100);
      assertThat(map.lookup(key(2), found)).isFalse();
      assertThat(map.delete(key(1))).isTrue();
      assertThat(map.delete(key(1))).isFalse();
    }
  }

  @Test
  void saysWhetherAnElementIsThereAlready() {
    try (BpfMap map = hash(4)) {
      map.update(key(1), value(100), BpfMap.Mode.NEW);

      assertThatThrownBy(() -> map.update(key(1), value(1), BpfMap.Mode.NEW))
          .isInstanceOfSatisfying(
              BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.EEXIST));
      assertThatThrownBy(() -> map.update(key(2), value(1), BpfMap.Mode.EXISTING))
          .isInstanceOfSatisfying(
              BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.ENOENT));
    }
  }

  @Test
  void refusesWhatItHasNoRoomFor() {
    try (BpfMap map = hash(2)) {
      map.update(key(1), value(1), BpfMap.Mode.NEW);
      map.update(key(2), value(2), BpfMap.Mode.NEW);

      assertThatThrownBy(() -> map.update(key(3), value(3), BpfMap.Mode.NEW))
          .isInstanceOfSatisfying(
              BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.E2BIG))
          .hasMessageContaining("map 'test_hash'");
    }
  }

  @Test
  void writesAndDeletesBatches() {
    int count = 10_000;
    try (BpfMap map = hash(count)) {
      ByteBuffer keys = direct(4 * count);
      ByteBuffer values = direct(8 * count);
      for (int i = 0; i < count; i++) {
        keys.putInt(4 * i, i);
        values.putLong(8 * i, 3L * i);
      }
      map.updateBatch(keys, values, count);

      assertThat(contents(map)).hasSize(count).containsEntry(7_777, 23_331L);

      map.deleteBatch(keys, count - 1);
      assertThat(contents(map)).containsExactly(Map.entry(count - 1, 3L * (count - 1)));
    }
  }

  @Test
  void aBatchSaysHowFarItCame() {
    try (BpfMap map = hash(2)) {
      ByteBuffer keys = direct(16).putInt(0, 0).putInt(4, 1).putInt(8, 2).putInt(12, 3);

      assertThatThrownBy(() -> map.updateBatch(keys, direct(32), 4))
          .isInstanceOfSatisfying(
              BpfException.class,
              e -> {
                assertThat(e.errno()).isEqualTo(BpfException.E2BIG);
                assertThat(e.completed()).isEqualTo(2);
              });
    }
  }

  @Test
  void readsRangesOfArrays() {
    try (BpfMap array = BpfMap.create(BpfMap.TYPE_ARRAY, "test_array", 4, 8, 100, 0)) {
      for (int i = 0; i < 100; i++) {
        array.update(key(i), value(i), BpfMap.Mode.ANY);
      }
      ByteBuffer values = direct(8 * 100);

      array.lookupRange(0, 100, values);
      assertThat(values.getLong(8 * 99)).isEqualTo(99);
      array.lookupRange(40, 20, values);
      assertThat(values.getLong(0)).isEqualTo(40);
      assertThat(values.getLong(8 * 19)).isEqualTo(59);
      assertThatThrownBy(() -> array.lookupRange(90, 20, values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no 20 elements from 90 on");
    }
  }

  @Test
  void valuesOfPerCpuMapsHaveAPartForEachCpu() {
    try (BpfMap map = BpfMap.create(BpfMap.TYPE_PERCPU_ARRAY, "test_percpu", 4, 12, 2, 0)) {
      int cpus = Libbpf.possibleCpus();
      assertThat(map.stride()).isEqualTo(16 * cpus);
      ByteBuffer value = map.newValue();
      for (int cpu = 0; cpu < cpus; cpu++) {
        value.putLong(16 * cpu, cpu + 1);
      }
      map.update(key(1), value, BpfMap.Mode.ANY);

      ByteBuffer found = map.newValue();
      assertThat(map.lookup(key(1), found)).isTrue();
      assertThat(found).isEqualTo(value);
    }
  }

  @Test
  void staysWhereItIsPinned() throws IOException {
    Path pin = pinDirectory().resolve("map");
    try (BpfMap map = hash(4)) {
      map.update(key(1), value(100), BpfMap.Mode.NEW);
      map.pin(pin);
      assertThatThrownBy(() -> map.pin(pin))
          .isInstanceOfSatisfying(
              BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.EEXIST));
    }
    try (BpfMap again = BpfMap.openPinned(pin)) {
      assertThat(contents(again)).containsExactly(Map.entry(1, 100L));
    }
  }

  @Test
  void saysThatNothingIsPinned() throws IOException {
    Path pin = pinDirectory().resolve("map");

    assertThatThrownBy(() -> BpfMap.openPinned(pin))
        .isInstanceOfSatisfying(
            BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.ENOENT))
        .hasMessageContaining(pin.toString());
  }

  @Test
  void neverReadsOrWritesBehindABuffer() {
    try (BpfMap map = hash(4)) {
      assertThatThrownBy(() -> map.update(direct(3), value(1), BpfMap.Mode.ANY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4 octets from 0 are not in a buffer of 3");
      assertThatThrownBy(() -> map.lookup(key(1), direct(16).position(9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8 octets from 9 are not in a buffer of 16");
      assertThatThrownBy(() -> map.updateBatch(direct(400), direct(799), 100))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("800 octets from 0 are not in a buffer of 799");
      assertThatThrownBy(() -> map.lookup(ByteBuffer.allocate(4), value(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not direct");
    }
  }

  @Test
  void aClosedMapSaysSo() {
    BpfMap map = hash(4);
    map.close();
    map.close();

    assertThatThrownBy(() -> map.delete(key(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("map 'test_hash' is closed");
  }

  @Test
  void whatIsOpenIsListedWithWhereItWasOpened() {
    BpfMap map = hash(4);
    try {
      assertThat(OpenResources.list())
          .singleElement()
          .asString()
          .startsWith("map 'test_hash', opened")
          .contains("whatIsOpenIsListedWithWhereItWasOpened");
    } finally {
      map.close();
    }
  }

  private static Map<Integer, Long> contents(BpfMap map) {
    Map<Integer, Long> contents = new HashMap<>();
    map.forEach((key, value) -> contents.put(key.getInt(0), value.getLong(0)));
    return contents;
  }
}
