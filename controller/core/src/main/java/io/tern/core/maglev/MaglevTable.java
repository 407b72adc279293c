package io.tern.core.maglev;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Maglev table: gives every slot to one member, in proportion to weights, so that few slots change
 * hands when a member comes or goes. Immutable.
 *
 * <p>A member claims slots in an order of its own, which depends on nothing but its name: it begins
 * at an offset and goes on by an odd skip. The number of slots is a power of two, so an odd skip
 * meets every slot. Members take turns; who has more weight has them more often: the k-th turn of a
 * member is at the time (k + phase) / weight, where the phase, too, comes from its name. In each
 * turn a member takes the first slot of its order that is free.
 *
 * <p>Guarantees: the same members (names and weights) make the same table in every process,
 * whatever the order in which they are given. A share differs from its exact proportion by less
 * than one slot for each weight class. Construction takes about {@code slots * ln(slots)} steps,
 * whatever the number of members.
 */
public final class MaglevTable {
  private final List<Member> members;
  private final int[] owners;

  private MaglevTable(List<Member> members, int[] owners) {
    this.members = members;
    this.owners = owners;
  }

  /**
   * Someone who owns slots.
   *
   * @param name identity; the only thing that decides which slots it likes
   * @param weight share relative to the other members, not negative; 0: no slot
   */
  public record Member(String name, int weight) {
    public Member {
      requireNonNull(name, "name");
      if (weight < 0) {
        throw new IllegalArgumentException(
            "weight of " + name + " is " + weight + "; it must not be negative");
      }
    }
  }

  /**
   * The table of these members; without members of any weight no slot has an owner.
   *
   * @param slots a power of two, and at least the number of members that have a weight
   * @throws IllegalArgumentException if {@code slots} is something else, or a name occurs twice
   */
  public static MaglevTable of(int slots, Collection<Member> members) {
    List<Member> sorted = members.stream().sorted(Comparator.comparing(Member::name)).toList();
    long owners = sorted.stream().filter(member -> member.weight() > 0).count();
    if (Integer.bitCount(slots) != 1 || slots < owners) {
      throw new IllegalArgumentException(
          slots
              + " slots for "
              + owners
              + " members; the slots must be a power of two and no fewer than the members");
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).name().equals(sorted.get(i - 1).name())) {
        throw new IllegalArgumentException("two members are called " + sorted.get(i).name());
      }
    }
    return new MaglevTable(sorted, owners == 0 ? new int[0] : populate(slots, sorted));
  }

  private static int[] populate(int slots, List<Member> members) {
    int mask = slots - 1;
    Turns turns = new Turns(members.size());
    int[] position = new int[members.size()];
    int[] skip = new int[members.size()];
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).weight() == 0) {
        continue;
      }
      ByteBuffer hash = hash(members.get(i).name());
      position[i] = (int) hash.getLong() & mask;
      skip[i] = ((int) hash.getLong() | 1) & mask;
      // 53 bits: exact as a double, and so the same on every machine.
      turns.add(i, (hash.getLong() >>> 11) * 0x1p-53, members.get(i).weight());
    }
    int[] owners = new int[slots];
    Arrays.fill(owners, -1);
    for (int taken = 0; taken < slots; taken++) {
      int member = turns.next();
      int slot = position[member];
      while (owners[slot] >= 0) {
        slot = (slot + skip[member]) & mask;
      }
      owners[slot] = member;
      position[member] = (slot + skip[member]) & mask;
    }
    return owners;
  }

  private static ByteBuffer hash(String name) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** True if no member has a weight, and so no slot an owner. */
  public boolean isEmpty() {
    return owners.length == 0;
  }

  /** The number of slots; 0 if the table is empty. */
  public int slots() {
    return owners.length;
  }

  /** All members, by name. */
  public List<Member> members() {
    return members;
  }

  /**
   * Who owns a slot, as an index into {@link #members()}.
   *
   * @throws NoSuchElementException if the table is empty
   * @throws IndexOutOfBoundsException if there is no such slot
   */
  public int ownerIndex(int slot) {
    if (isEmpty()) {
      throw new NoSuchElementException("no member of the table has a weight");
    }
    return owners[slot];
  }

  /** Who owns a slot; throws as {@link #ownerIndex} does. */
  public Member owner(int slot) {
    return members.get(ownerIndex(slot));
  }
}
