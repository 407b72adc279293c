package io.tern.embedded.p4runtime;

import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads the plain case of an update from its octets, without the dozen of messages that it is made
 * of: an entry with exact fields only, and of table, match and action nothing but what has to be
 * there, once each. Whatever else there is, or is wrong, it leaves to who reads messages, and says
 * why: it only says no.
 *
 * <p>What was read is valid until the next update. Not thread-safe.
 */
final class PlainUpdate {
  private static final int VARINT = 0;
  private static final int OCTETS = 2;

  private byte[] in = {};
  private int at;

  /** Something was read that is not what should be there. */
  private boolean broken;

  private long seen;
  private int actionFrom;
  private int actionTo;

  /** {@link Update.Type}. */
  int type;

  TableState table;

  /** The key, and the arguments behind it if {@link #readAction} found them. */
  byte[] octets = new byte[64];

  /** Of the key. */
  int hash;

  PlainForm.ActionForm action;

  private static int tag(int field, int kind) {
    return field << 3 | kind;
  }

  /** Reads everything but the action; false if it is not plain. */
  boolean read(byte[] from, int first, int end, Map<Integer, TableState> tables) {
    in = from;
    at = first;
    broken = false;
    type = 0;
    TableState before = table;
    table = null;
    seen = 0;
    actionTo = -1;
    boolean entry = false;
    while (at < end) {
      int tag = varint(end);
      if (tag == tag(Update.TYPE_FIELD_NUMBER, VARINT) && type == 0) {
        type = varint(end);
      } else if (tag == tag(Update.ENTITY_FIELD_NUMBER, OCTETS) && !entry) {
        int to = limit(end);
        if (varint(to) != tag(Entity.TABLE_ENTRY_FIELD_NUMBER, OCTETS)
            || limit(to) != to
            || !readEntry(to, tables, before)) {
          return false;
        }
        entry = true;
      } else {
        return false;
      }
      if (broken) {
        return false;
      }
    }
    if (!entry || seen != table.form.key.all()) {
      return false;
    }
    hash = EntryKey.hash(octets, table.form.key.end);
    return true;
  }

  private boolean readEntry(int end, Map<Integer, TableState> tables, TableState before) {
    while (at < end && !broken) {
      int tag = varint(end);
      if (tag == tag(TableEntry.TABLE_ID_FIELD_NUMBER, VARINT) && table == null) {
        int id = varint(end);
        table = before != null && before.schema.id() == id ? before : tables.get(id);
        if (table == null || table.form == null) {
          return false;
        }
        if (octets.length < table.form.longest) {
          octets = new byte[table.form.longest];
        }
      } else if (tag == tag(TableEntry.MATCH_FIELD_NUMBER, OCTETS) && table != null) {
        if (!readMatch(limit(end))) {
          return false;
        }
      } else if (tag == tag(TableEntry.ACTION_FIELD_NUMBER, OCTETS) && actionTo < 0) {
        actionTo = limit(end);
        actionFrom = at;
        at = actionTo;
      } else {
        return false;
      }
    }
    return !broken && table != null;
  }

  private boolean readMatch(int end) {
    if (varint(end) != tag(FieldMatch.FIELD_ID_FIELD_NUMBER, VARINT)) {
      return false;
    }
    PlainForm.Numbers key = table.form.key;
    int position = key.position(varint(end));
    if (position < 0
        || (seen >>> position & 1) != 0
        || varint(end) != tag(FieldMatch.EXACT_FIELD_NUMBER, OCTETS)
        || limit(end) != end
        || varint(end) != tag(FieldMatch.Exact.VALUE_FIELD_NUMBER, OCTETS)) {
      return false;
    }
    seen |= 1L << position;
    return readNumber(key, position, end);
  }

  /** Reads the value that is the last thing in a message. */
  private boolean readNumber(PlainForm.Numbers numbers, int position, int end) {
    int to = limit(end);
    if (broken || to != end || !numbers.pack(position, in, at, to - at, octets)) {
      return false;
    }
    at = to;
    return true;
  }

  /** Reads the action, and its arguments behind the key; false if it is not plain. */
  boolean readAction() {
    at = actionFrom;
    int end = actionTo;
    if (end < 0
        || varint(end) != tag(TableAction.ACTION_FIELD_NUMBER, OCTETS)
        || limit(end) != end
        || varint(end) != tag(Action.ACTION_ID_FIELD_NUMBER, VARINT)) {
      return false;
    }
    action = table.form.action(varint(end));
    if (action == null) {
      return false;
    }
    long given = 0;
    while (at < end) {
      if (varint(end) != tag(Action.PARAMS_FIELD_NUMBER, OCTETS)) {
        return false;
      }
      int to = limit(end);
      if (varint(to) != tag(Action.Param.PARAM_ID_FIELD_NUMBER, VARINT)) {
        return false;
      }
      int position = action.parameters().position(varint(to));
      if (position < 0
          || (given >>> position & 1) != 0
          || varint(to) != tag(Action.Param.VALUE_FIELD_NUMBER, OCTETS)
          || !readNumber(action.parameters(), position, to)) {
        return false;
      }
      given |= 1L << position;
    }
    return !broken && given == action.parameters().all();
  }

  /** Key and arguments, for keeps. */
  byte[] entry() {
    return Arrays.copyOf(octets, action.parameters().end);
  }

  /** Where something ends whose length is next. */
  private int limit(int end) {
    int length = varint(end);
    if (length < 0 || length > end - at) {
      broken = true;
      return end;
    }
    return at + length;
  }

  /** 32 bits; 0, which is no tag, if there are none or more. */
  private int varint(int end) {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE && at < end; shift += 7) {
      byte octet = in[at++];
      value |= (octet & 0x7f) << shift;
      if (octet >= 0) {
        if (shift == 28 && octet > 0x0f) {
          break;
        }
        return value;
      }
    }
    broken = true;
    return 0;
  }
}
