package io.tern.core.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlannedEntriesTest {
  private static TableEntry entry(int table, int action, long... match) {
    return new TableEntry(key(table, match), new TableEntry.Action(action, List.of()));
  }

  private static TableEntry.Key key(int table, long... match) {
    List<Bits> values = new ArrayList<>();
    for (long value : match) {
      values.add(Bits.of(value));
    }
    return new TableEntry.Key(table, values);
  }

  private static List<TableEntry> someInOrder() {
    List<TableEntry> entries = new ArrayList<>();
    for (int table = 1; table <= 3; table++) {
      for (long first = 0; first < 300; first += 100) {
        for (long second = 254; second < 260; second++) {
          entries.add(entry(table, 1, first, second));
        }
      }
    }
    return entries;
  }

  @Test
  void areInTheOrderOfTablesAndThenOfValuesHoweverTheyCame() {
    List<TableEntry> ordered = someInOrder();
    List<TableEntry> shuffled = new ArrayList<>(ordered);
    Collections.shuffle(shuffled, new Random(1));

    PlannedEntries entries = PlannedEntries.of(shuffled);

    assertThat(entries.values()).containsExactlyElementsOf(ordered);
    assertThat(entries.keySet())
        .containsExactlyElementsOf(ordered.stream().map(TableEntry::key).toList());
    assertThat(entries).hasSize(ordered.size());
  }

  @Test
  void areFoundByTheirKeys() {
    List<TableEntry> ordered = someInOrder();
    PlannedEntries entries = PlannedEntries.of(ordered);

    for (TableEntry entry : ordered) {
      assertThat(entries.get(entry.key())).isSameAs(entry);
    }
    assertThat(entries.get(key(2, 100, 260))).isNull();
    assertThat(entries.get(key(2, 100))).as("half a key").isNull();
    assertThat(entries.get(key(0, 0, 0))).as("before the first").isNull();
    assertThat(entries.get(key(4, 0, 0))).as("behind the last").isNull();
    assertThat(entries.containsKey(key(3, 200, 259))).isTrue();
  }

  @Test
  void equalAnyMapWithTheSameEntries() {
    Map<TableEntry.Key, TableEntry> map = new LinkedHashMap<>();
    someInOrder().forEach(entry -> map.put(entry.key(), entry));
    PlannedEntries entries = PlannedEntries.of(map.values());

    assertThat(entries).isEqualTo(map).hasSameHashCodeAs(map);
    map.put(key(3, 200, 259), entry(3, 2, 200, 259));
    assertThat(entries).isNotEqualTo(map);
  }

  @Test
  void cannotBeChanged() {
    PlannedEntries entries = PlannedEntries.of(someInOrder());
    TableEntry other = entry(9, 1, 1);

    assertThatThrownBy(() -> entries.put(other.key(), other))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> entries.values().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> entries.entrySet().iterator().remove())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void noKeyIsThereTwice() {
    assertThatThrownBy(
            () -> PlannedEntries.of(List.of(entry(1, 1, 5), entry(2, 1, 5), entry(1, 2, 5))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("planned twice");
  }
}
