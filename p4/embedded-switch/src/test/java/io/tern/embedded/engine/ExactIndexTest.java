package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ExactIndexTest {
  private static TableEntry entry(long... key) {
    return new TableEntry(null, key, null, null, 0, 0, null, false);
  }

  private static TableEntry find(ExactIndex index, long... key) {
    return index.find(key, KeyLayout.hash(key, key.length));
  }

  @Test
  void holdsWhatAMapWouldHold() {
    ExactIndex index = new ExactIndex();
    Map<Long, TableEntry> expected = new HashMap<>();
    SplittableRandom random = new SplittableRandom(7);

    for (int i = 0; i < 200_000; i++) {
      // Few keys, so that slots are used again and again.
      long key = random.nextInt(3000);
      TableEntry known = expected.remove(key);
      if (known == null) {
        TableEntry entry = entry(key, ~key);
        index.add(entry);
        expected.put(key, entry);
      } else {
        index.remove(known);
      }
      if (i % 997 == 0) {
        assertThat(index.size()).isEqualTo(expected.size());
        for (long k = 0; k < 3000; k++) {
          assertThat(find(index, k, ~k)).isSameAs(expected.get(k));
        }
      }
    }
  }

  @Test
  void takesAMillionEntries() {
    ExactIndex index = new ExactIndex();
    for (long i = 0; i < 1_000_000; i++) {
      index.add(entry(i));
    }

    assertThat(index.size()).isEqualTo(1_000_000);
    for (long i = 0; i < 1_000_000; i++) {
      assertThat(find(index, i).key[0]).isEqualTo(i);
    }
    assertThat(find(index, 1_000_000)).isNull();
  }

  @Test
  void readerNeverMissesAnEntryThatStays() {
    ExactIndex index = new ExactIndex();
    for (long i = 0; i < 100; i++) {
      index.add(entry(i));
    }
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Long> reader =
        CompletableFuture.supplyAsync(
            () -> {
              long misses = 0;
              do {
                for (long i = 0; i < 100; i++) {
                  misses += find(index, i) == null ? 1 : 0;
                }
              } while (!stop.get());
              return misses;
            });

    SplittableRandom random = new SplittableRandom(3);
    TableEntry[] others = new TableEntry[5000];
    for (int i = 0; i < 2_000_000; i++) {
      int at = random.nextInt(others.length);
      if (others[at] == null) {
        others[at] = entry(1000L + at);
        index.add(others[at]);
      } else {
        index.remove(others[at]);
        others[at] = null;
      }
    }
    stop.set(true);

    assertThat(reader.join()).isZero();
  }
}
