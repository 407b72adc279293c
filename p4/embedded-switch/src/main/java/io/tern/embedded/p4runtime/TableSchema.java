package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.proto.p4.config.v1.ActionRef;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A table of P4Info: reads and writes keys and actions of its entries (section 9.1). */
final class TableSchema {

  /** An action that the table may use, and where. */
  record AllowedAction(ActionSchema action, ActionRef.Scope scope) {}

  /** What the table has beyond keys and actions. */
  record Traits(
      boolean constEntries,
      boolean constDefault,
      boolean directCounter,
      boolean directMeter,
      boolean indirect,
      boolean idleTimeout) {}

  private final int id;
  private final String name;
  private final List<MatchFieldSchema> fields;
  private final Map<Integer, AllowedAction> actions;
  private final Map<String, ActionSchema> actionsByName;
  private final Traits traits;
  private final boolean prioritized;

  /** Where each field is in a packed key. */
  private final int[] places;

  private final int keyOctets;

  TableSchema(
      int id,
      String name,
      List<MatchFieldSchema> fields,
      Map<Integer, AllowedAction> actions,
      Map<String, ActionSchema> actionsByName,
      Traits traits) {
    this.id = id;
    this.name = name;
    this.fields = List.copyOf(fields);
    this.actions = Map.copyOf(actions);
    this.actionsByName = Map.copyOf(actionsByName);
    this.traits = traits;
    this.prioritized =
        fields.stream().anyMatch(f -> f.type() != MatchType.EXACT && f.type() != MatchType.LPM);
    this.places = new int[fields.size()];
    int next = prioritized ? Integer.BYTES : 0;
    for (MatchFieldSchema field : fields) {
      places[field.position()] = next;
      next += field.packedOctets();
    }
    this.keyOctets = next;
  }

  int id() {
    return id;
  }

  String name() {
    return name;
  }

  List<MatchFieldSchema> fields() {
    return fields;
  }

  Map<Integer, AllowedAction> actions() {
    return actions;
  }

  Traits traits() {
    return traits;
  }

  /** Whether entries of the other table mean the same here: names, key and actions are equal. */
  boolean sameShape(TableSchema other) {
    return name.equals(other.name)
        && fields.equals(other.fields)
        && actions.entrySet().containsAll(other.actions.entrySet());
  }

  /** Whether entries have a priority: the key has a ternary, range or optional field. */
  boolean prioritized() {
    return prioritized;
  }

  /**
   * Reads the key of an entry.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT, naming table, field and width
   */
  EntryKey decodeKey(TableEntry entry) {
    if (prioritized && entry.getPriority() <= 0) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': priority %d, expected a positive one as the key has a ternary, range or"
              + " optional field",
          name, entry.getPriority());
    }
    if (!prioritized && entry.getPriority() != 0) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': priority %d, expected 0 as the key has exact and LPM fields only",
          name, entry.getPriority());
    }
    KeyMatch[] key = new KeyMatch[fields.size()];
    for (FieldMatch match : entry.getMatchList()) {
      MatchFieldSchema field = field(match.getFieldId());
      if (key[field.position()] != null) {
        throw P4RuntimeException.invalidArgument("%s: given twice", field);
      }
      key[field.position()] = field.decode(match);
    }
    for (MatchFieldSchema field : fields) {
      if (key[field.position()] == null) {
        key[field.position()] = field.dontCare();
      }
    }
    return packKey(Arrays.asList(key), entry.getPriority());
  }

  /** Octets of a packed key. */
  int keyOctets() {
    return keyOctets;
  }

  /** Where a field is in a packed key. */
  int place(int field) {
    return places[field];
  }

  /** Packs a key: the priority where entries have one, then one match for each field. */
  EntryKey packKey(List<KeyMatch> key, int priority) {
    byte[] octets = new byte[keyOctets];
    if (prioritized) {
      Bytestrings.pack(BigInteger.valueOf(priority), Integer.SIZE, octets, 0);
    }
    for (MatchFieldSchema field : fields) {
      field.pack(key.get(field.position()), octets, place(field.position()));
    }
    return new EntryKey(octets);
  }

  /** Packs key and arguments of an entry. */
  byte[] pack(EntryKey key, ActionSchema action, ActionCall call) {
    byte[] octets = Arrays.copyOf(key.octets, keyOctets + action.packedOctets());
    action.pack(call, octets, keyOctets);
    return octets;
  }

  /** The priority in a packed key; 0 where entries have none. */
  int priority(byte[] octets) {
    return prioritized ? Bytestrings.unpack(Integer.SIZE, octets, 0).intValueExact() : 0;
  }

  /** The matches of a packed key, in the order of the key. */
  List<KeyMatch> match(byte[] octets) {
    KeyMatch[] match = new KeyMatch[fields.size()];
    for (MatchFieldSchema field : fields) {
      match[field.position()] = field.unpack(octets, place(field.position()));
    }
    return List.of(match);
  }

  /** What an entry does. */
  ActionCall call(InstalledEntry entry) {
    return entry.action.unpack(entry.octets, keyOctets);
  }

  /** The action of a call that {@link #decodeAction} has read. */
  ActionSchema action(ActionCall call) {
    return actionsByName.get(call.action());
  }

  /**
   * Writes a packed key in canonical form: fields in the order of the key, without those that match
   * anything.
   */
  void encodeKey(byte[] octets, TableEntry.Builder entry) {
    entry.setTableId(id).setPriority(priority(octets));
    for (MatchFieldSchema field : fields) {
      FieldMatch match = field.encode(octets, place(field.position()));
      if (match != null) {
        entry.addMatch(match);
      }
    }
  }

  /**
   * Reads the action of an entry.
   *
   * @param asDefault whether it is for the default entry
   * @throws P4RuntimeException INVALID_ARGUMENT (not an action of the table, wrong parameters),
   *     PERMISSION_DENIED (not in this place), UNIMPLEMENTED (action profiles)
   */
  ActionCall decodeAction(TableAction given, boolean asDefault) {
    if (traits.indirect()) {
      throw P4RuntimeException.unimplemented(
          "table '%s' is implemented by an action profile, which this switch does not have", name);
    }
    if (!given.hasAction()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': expected an action, not %s", name, given.getTypeCase());
    }
    Action call = given.getAction();
    AllowedAction allowed = actions.get(call.getActionId());
    if (allowed == null) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no action with id %s; it has %s",
          name, Integer.toUnsignedString(call.getActionId()), describeActions());
    }
    ActionRef.Scope misplaced =
        asDefault ? ActionRef.Scope.TABLE_ONLY : ActionRef.Scope.DEFAULT_ONLY;
    if (allowed.scope() == misplaced) {
      throw P4RuntimeException.permissionDenied(
          "table '%s': action '%s' is %s",
          name,
          allowed.action().name(),
          asDefault ? "for entries only" : "for the default entry only");
    }
    return allowed.action().decode(call);
  }

  /** Writes an action; an action that P4Info does not have (made by the compiler) is left out. */
  void encodeAction(ActionCall call, TableEntry.Builder entry) {
    ActionSchema schema = actionsByName.get(call.action());
    if (schema != null) {
      entry.getActionBuilder().setAction(schema.encode(call));
    }
  }

  /** For errors. */
  @Override
  public String toString() {
    return "table '" + name + "'";
  }

  private MatchFieldSchema field(int fieldId) {
    for (MatchFieldSchema field : fields) {
      if (field.id() == fieldId) {
        return field;
      }
    }
    List<String> known = new ArrayList<>();
    fields.forEach(field -> known.add(field.id() + " '" + field.name() + "'"));
    throw P4RuntimeException.invalidArgument(
        "table '%s' has no match field with id %s; it has %s",
        name, Integer.toUnsignedString(fieldId), known);
  }

  private List<String> describeActions() {
    return actions.values().stream()
        .map(a -> Integer.toUnsignedString(a.action().id()) + " '" + a.action().name() + "'")
        .sorted()
        .toList();
  }
}
