package io.tern.core.intent;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.ServerId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SidAllocatorTest {
  @Property(tries = 200)
  void everyServerIdOfASpaceIsReachedOnce(@ForAll @IntRange(min = 1, max = 65_535) int space) {
    SidAllocator allocator = new SidAllocator(space, 1);
    Set<ServerId> used = new HashSet<>();
    for (int i = 0; i < 256; i++) {
      assertThat(used.add(allocator.allocate(used, 7).orElseThrow())).isTrue();
    }
    assertThat(allocator.allocate(used, 8)).isEmpty();
  }

  @Property(tries = 200)
  void serverIdsHaveTheLengthOfTheSpace(
      @ForAll @IntRange(min = 1, max = 65_535) int space,
      @ForAll @IntRange(min = 1, max = 15) int length,
      @ForAll long revision) {
    SidAllocator allocator = new SidAllocator(space, length);
    assertThat(allocator.capacity()).isEqualTo(BigInteger.TWO.pow(8 * length));
    assertThat(allocator.allocate(Set.of(), revision & Long.MAX_VALUE).orElseThrow().length())
        .isEqualTo(length);
  }

  /**
   * Backends come and go, one change a revision: no server ID returns within a turn of the ring.
   */
  @Property(tries = 200)
  void theServerIdOfADeletedBackendIsReusedLast(
      @ForAll @IntRange(min = 0, max = 100) int atFirst,
      @ForAll @IntRange(min = 0, max = 1_000_000) int start,
      @ForAll @Size(max = 75) List<Boolean> deleteNewest) {
    SidAllocator allocator = new SidAllocator(1, 1);
    long revision = start;
    List<ServerId> live = new ArrayList<>(allocator.allocateFirst(atFirst, revision).orElseThrow());
    Set<ServerId> retired = new HashSet<>();
    for (boolean newest : deleteNewest) {
      ServerId next = allocator.allocate(live, ++revision).orElseThrow();
      assertThat(retired).doesNotContain(next);
      live.add(next);
      retired.add(live.remove(newest ? live.size() - 1 : 0));
      revision++;
    }
  }

  @Test
  void neighboursInTimeAreNoNeighboursInValue() {
    List<ServerId> three = new SidAllocator(5, 2).allocateFirst(3, 9).orElseThrow();
    assertThat(three).doesNotHaveDuplicates();
    for (int i = 1; i < three.size(); i++) {
      int distance =
          new BigInteger(1, three.get(i).toByteArray())
              .subtract(new BigInteger(1, three.get(i - 1).toByteArray()))
              .abs()
              .intValueExact();
      assertThat(distance).isGreaterThan(16);
    }
  }

  @Test
  void aNewSpaceTakesAsManyAsItHolds() {
    SidAllocator allocator = new SidAllocator(3, 1);
    assertThat(allocator.allocateFirst(256, 4).orElseThrow()).doesNotHaveDuplicates();
    assertThat(allocator.allocateFirst(257, 4)).isEmpty();
  }
}
