package io.tern.embedded.p4runtime;

import io.tern.proto.p4.config.v1.ActionRef;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import java.util.List;

/**
 * Where the numbers of an entry are in its octets, as arrays: for entries with exact fields only,
 * which {@link PlainUpdate} reads.
 */
final class PlainForm {

  /** An action that entries of the table may have, and its parameters. */
  record ActionForm(ActionSchema action, Numbers parameters) {}

  /** Numbers one behind the other. Whoever reads marks in a {@code long} which ones were there. */
  static final class Numbers {
    private final int[] ids;
    private final int[] widths;
    private final int[] places;
    final int end;

    private Numbers(List<Integer> ids, List<Integer> widths, int first) {
      this.ids = ids.stream().mapToInt(Integer::intValue).toArray();
      this.widths = widths.stream().mapToInt(Integer::intValue).toArray();
      this.places = new int[this.ids.length];
      int next = first;
      for (int i = 0; i < places.length; i++) {
        places[i] = next;
        next += Bytestrings.octets(this.widths[i]);
      }
      this.end = next;
    }

    /** -1 if there is none with the ID. */
    int position(int id) {
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] == id) {
          return i;
        }
      }
      return -1;
    }

    /** What all of them are when they are marked. */
    long all() {
      return (1L << ids.length) - 1;
    }

    /** Packs a number from octets of any length; false if it is empty or does not fit. */
    boolean pack(int position, byte[] from, int at, int length, byte[] to) {
      int width = widths[position];
      int room = Bytestrings.octets(width);
      int first = at;
      int end = at + length;
      while (first < end - 1 && from[first] == 0) {
        first++;
      }
      int octets = end - first;
      int spare = room * Byte.SIZE - width;
      if (length == 0
          || octets > room
          || (octets == room && (from[first] & 0xff) >>> (Byte.SIZE - spare) != 0)) {
        return false;
      }
      int place = places[position];
      for (int i = 0; i < room - octets; i++) {
        to[place + i] = 0;
      }
      System.arraycopy(from, first, to, place + room - octets, octets);
      return true;
    }
  }

  final Numbers key;
  final int longest;
  private final ActionForm[] actions;

  private PlainForm(Numbers key, ActionForm[] actions) {
    this.key = key;
    this.actions = actions;
    int most = key.end;
    for (ActionForm action : actions) {
      most = Math.max(most, action.parameters().end);
    }
    this.longest = most;
  }

  /**
   * The form of a table's entries; null if they have more than exact fields and an action.
   *
   * @param writable the program brings no entries that a controller must leave alone
   */
  static PlainForm of(TableSchema schema, boolean writable) {
    TableSchema.Traits traits = schema.traits();
    if (!writable
        || traits.constEntries()
        || traits.indirect()
        || traits.directMeter()
        || schema.fields().isEmpty()
        || schema.fields().size() >= Long.SIZE
        || schema.fields().stream().anyMatch(field -> field.type() != MatchType.EXACT)) {
      return null;
    }
    Numbers key =
        new Numbers(
            schema.fields().stream().map(MatchFieldSchema::id).toList(),
            schema.fields().stream().map(MatchFieldSchema::width).toList(),
            0);
    ActionForm[] actions =
        schema.actions().values().stream()
            .filter(allowed -> allowed.scope() != ActionRef.Scope.DEFAULT_ONLY)
            .map(TableSchema.AllowedAction::action)
            .filter(action -> action.params().size() < Long.SIZE)
            .map(action -> new ActionForm(action, parameters(action, key.end)))
            .toArray(ActionForm[]::new);
    return new PlainForm(key, actions);
  }

  private static Numbers parameters(ActionSchema action, int first) {
    return new Numbers(
        action.params().stream().map(ActionSchema.Param::id).toList(),
        action.params().stream().map(ActionSchema.Param::width).toList(),
        first);
  }

  /** The action with an ID; null if entries cannot have it. */
  ActionForm action(int id) {
    for (ActionForm form : actions) {
      if (form.action().id() == id) {
        return form;
      }
    }
    return null;
  }
}
