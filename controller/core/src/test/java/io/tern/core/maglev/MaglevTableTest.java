package io.tern.core.maglev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tern.core.maglev.MaglevTable.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MaglevTableTest {
  private static List<Member> members(int n) {
    return IntStream.range(0, n).mapToObj(i -> new Member("web/b" + i, 100)).toList();
  }

  private static int[] shares(MaglevTable table) {
    int[] shares = new int[table.members().size()];
    for (int slot = 0; slot < table.slots(); slot++) {
      shares[table.ownerIndex(slot)]++;
    }
    return shares;
  }

  /** Slots of members in both tables that changed hands, in proportion to all slots. */
  private static double moved(MaglevTable before, MaglevTable after) {
    int moved = 0;
    for (int slot = 0; slot < before.slots(); slot++) {
      Member owner = before.owner(slot);
      if (after.members().contains(owner) && !after.owner(slot).equals(owner)) {
        moved++;
      }
    }
    return (double) moved / before.slots();
  }

  @Test
  void membersOfWeight0OwnNothingAndMoveNothing() {
    List<Member> mixed = List.of(new Member("a", 0), new Member("b", 3), new Member("c", 1));
    assertThat(shares(MaglevTable.of(128, mixed))[0]).isZero();
    MaglevTable without = MaglevTable.of(128, mixed.subList(1, 3));
    for (int slot = 0; slot < 128; slot++) {
      assertThat(MaglevTable.of(128, mixed).owner(slot)).isEqualTo(without.owner(slot));
    }
    assertThat(MaglevTable.of(128, List.of(new Member("a", 0))).isEmpty()).isTrue();
  }

  @Test
  void withoutMembersNoSlotHasAnOwner() {
    MaglevTable table = MaglevTable.of(128, List.of());
    assertThat(table.isEmpty()).isTrue();
    assertThat(table.slots()).isZero();
    assertThatThrownBy(() -> table.owner(0)).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void aLoneMemberOwnsEverySlot() {
    assertThat(shares(MaglevTable.of(128, members(1)))).containsExactly(128);
  }

  @Property(tries = 100)
  void everySlotHasAnOwnerAndSharesFollowWeights(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 1000) Integer> weights,
      @ForAll @IntRange(min = 7, max = 14) int log2Slots) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      members.add(new Member("p/m" + i, weights.get(i)));
    }
    int slots = 1 << log2Slots;
    MaglevTable table = MaglevTable.of(slots, members);
    int[] shares = shares(table);
    double sum = weights.stream().mapToInt(Integer::intValue).sum();
    for (int i = 0; i < shares.length; i++) {
      // Each member is at most one turn ahead of or behind the common clock, which in turn may be
      // off by the turns that the others are ahead.
      double exact = slots * (table.members().get(i).weight() / sum);
      double tolerance = 1 + weights.size() * table.members().get(i).weight() / sum;
      assertThat((double) shares[i]).isCloseTo(exact, within(tolerance));
    }
  }

  @Property(tries = 50)
  void theOrderOfTheMembersDoesNotMatter(
      @ForAll @IntRange(min = 1, max = 60) int n, @ForAll Random random) {
    List<Member> shuffled = new ArrayList<>(members(n));
    Collections.shuffle(shuffled, random);
    MaglevTable table = MaglevTable.of(8192, members(n));
    MaglevTable same = MaglevTable.of(8192, shuffled);
    for (int slot = 0; slot < 8192; slot++) {
      assertThat(same.owner(slot)).isEqualTo(table.owner(slot));
    }
  }

  /** With 65,537 slots and a prime skip 0.27 % of the survivors' slots move. */
  @Property(tries = 20)
  void removingOneOfTenMovesFewSlotsOfTheSurvivors(@ForAll @IntRange(min = 0, max = 9) int gone) {
    List<Member> survivors = new ArrayList<>(members(10));
    survivors.remove(gone);
    assertThat(moved(MaglevTable.of(65_536, members(10)), MaglevTable.of(65_536, survivors)))
        .isLessThan(0.01);
  }

  /** 0.58 % for a thousand members in 65,537 slots; this is the least that Tern allows. */
  @Test
  void removingOneOfManyMovesFewSlotsOfTheSurvivors() {
    List<Member> survivors = new ArrayList<>(members(655));
    survivors.remove(77);
    assertThat(moved(MaglevTable.of(65_536, members(655)), MaglevTable.of(65_536, survivors)))
        .isLessThan(0.012);
  }

  @Test
  void removingOneOfTheHeaviestMovesFewSlotsOfTheSurvivors() {
    List<Member> mixed =
        IntStream.range(0, 20)
            .mapToObj(i -> new Member("web/b" + i, i == 3 ? 1000 : 50 + i))
            .toList();
    List<Member> survivors = new ArrayList<>(mixed);
    survivors.remove(3);
    assertThat(moved(MaglevTable.of(65_536, mixed), MaglevTable.of(65_536, survivors)))
        .isLessThan(0.03);
  }

  /** Devices hold slots that an earlier version of the controller wrote: a change moves flows. */
  @Test
  void theTableIsAsItEverWas() {
    MaglevTable table = MaglevTable.of(16, members(3));
    assertThat(IntStream.range(0, 16).map(table::ownerIndex).toArray())
        .containsExactly(2, 1, 0, 0, 2, 2, 2, 1, 1, 1, 0, 1, 0, 2, 0, 1);
  }

  @Test
  void tenThousandMembersInAMillionSlotsShareEvenly() {
    MaglevTable table = MaglevTable.of(1 << 20, members(10_000));
    assertThat(IntStream.of(shares(table)).boxed()).allMatch(s -> s >= 104 && s <= 106);
  }

  @Test
  void slotsThatAreNoPowerOfTwoAreRefused() {
    assertThatThrownBy(() -> MaglevTable.of(100, members(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "100 slots for 3 members; the slots must be a power of two and no fewer than the"
                + " members");
  }

  @Test
  void twoMembersOfOneNameAreRefused() {
    assertThatThrownBy(() -> MaglevTable.of(128, List.of(new Member("a", 1), new Member("a", 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two members are called a");
  }
}
