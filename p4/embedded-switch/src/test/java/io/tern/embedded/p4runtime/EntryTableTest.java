package io.tern.embedded.p4runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class EntryTableTest {
  private static final int KEY = Integer.BYTES;

  @Property(tries = 50)
  void behavesLikeAMapInTheOrderOfInsertion(@ForAll long seed, @ForAll boolean many) {
    Random random = new Random(seed);
    int keys = many ? 1000 : 20;
    EntryTable table = new EntryTable(KEY);
    Map<Integer, InstalledEntry> model = new LinkedHashMap<>();

    for (int step = 0; step < 3000; step++) {
      int key = random.nextInt(keys);
      InstalledEntry entry = entry(key, step);
      if (random.nextInt(5) < 2) {
        assertThat(table.remove(key(key))).isSameAs(model.remove(key));
      } else {
        table.put(entry);
        model.put(key, entry);
      }
      assertThat(table.get(key(key))).isSameAs(model.get(key));
    }

    assertThat(table).containsExactlyElementsOf(model.values());
    for (int key = 0; key < keys; key++) {
      assertThat(table.get(key(key))).isSameAs(model.get(key));
    }
  }

  /** With an argument behind the key, which is none of the key's. */
  private static InstalledEntry entry(int key, int argument) {
    byte[] octets = ByteBuffer.allocate(2 * KEY).putInt(key).putInt(argument).array();
    return new InstalledEntry(
        octets, EntryKey.hash(octets, KEY), null, InstalledEntry.Extras.NONE, null);
  }

  private static EntryKey key(int key) {
    return new EntryKey(ByteBuffer.allocate(KEY).putInt(key).array());
  }
}
