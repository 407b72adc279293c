package io.tern.embedded.p4runtime;

import com.google.errorprone.annotations.FormatMethod;
import io.tern.embedded.p4runtime.TableSchema.AllowedAction;
import io.tern.proto.p4.config.v1.Action;
import io.tern.proto.p4.config.v1.ActionRef;
import io.tern.proto.p4.config.v1.ControllerPacketMetadata;
import io.tern.proto.p4.config.v1.Counter;
import io.tern.proto.p4.config.v1.DirectCounter;
import io.tern.proto.p4.config.v1.DirectMeter;
import io.tern.proto.p4.config.v1.MatchField;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import io.tern.proto.p4.config.v1.Meter;
import io.tern.proto.p4.config.v1.MeterSpec;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Preamble;
import io.tern.proto.p4.config.v1.Register;
import io.tern.proto.p4.config.v1.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * P4Info by ID, checked: IDs are unique, references resolve, and what it names is in the program
 * with the same shape.
 */
final class P4InfoIndex {

  /** An indirect counter. */
  record CounterSchema(int id, String name, int size) {}

  /** An indirect meter. */
  record MeterSchema(int id, String name, int size) {
    /** For errors. */
    @Override
    public String toString() {
      return "meter '" + name + "'";
    }
  }

  /** A register array of {@code bit<width>}. */
  record RegisterSchema(int id, String name, int size, int width) {
    /** For errors. */
    @Override
    public String toString() {
      return "register '" + name + "'";
    }
  }

  private final Map<Integer, TableSchema> tables = new LinkedHashMap<>();
  private final Map<Integer, ActionSchema> actions = new HashMap<>();
  private final Map<Integer, CounterSchema> counters = new LinkedHashMap<>();
  private final Map<Integer, MeterSchema> meters = new LinkedHashMap<>();
  private final Map<Integer, RegisterSchema> registers = new LinkedHashMap<>();
  private final Map<String, ControllerPacketMetadata> packetHeaders = new HashMap<>();
  private final Set<Integer> ids = new HashSet<>();

  /**
   * Checks P4Info against itself and the program.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT if P4Info contradicts itself or the program
   */
  P4InfoIndex(P4Info info, Bmv2Program program) {
    for (Action action : info.getActionsList()) {
      claimId(action.getPreamble());
      ActionSchema schema = ActionSchema.of(action);
      checkAction(schema, program);
      actions.put(schema.id(), schema);
    }
    Set<Integer> directCounters = new HashSet<>();
    for (DirectCounter counter : info.getDirectCountersList()) {
      claimId(counter.getPreamble());
      directCounters.add(counter.getPreamble().getId());
      if (!program.hasDirectCounter(counter.getPreamble().getName())) {
        throw disagree(
            "direct counter '%s' is not in the program", counter.getPreamble().getName());
      }
    }
    Set<Integer> directMeters = new HashSet<>();
    for (DirectMeter meter : info.getDirectMetersList()) {
      claimId(meter.getPreamble());
      directMeters.add(meter.getPreamble().getId());
      requireTwoRates(meter.getPreamble(), meter.getSpec());
      if (!program.hasDirectMeter(meter.getPreamble().getName())) {
        throw disagree("direct meter '%s' is not in the program", meter.getPreamble().getName());
      }
    }
    for (Table table : info.getTablesList()) {
      claimId(table.getPreamble());
      addTable(table, program, directCounters, directMeters);
    }
    for (Counter counter : info.getCountersList()) {
      claimId(counter.getPreamble());
      addCounter(counter, program);
    }
    for (Meter meter : info.getMetersList()) {
      claimId(meter.getPreamble());
      addMeter(meter, program);
    }
    for (Register register : info.getRegistersList()) {
      claimId(register.getPreamble());
      addRegister(register, program);
    }
    info.getControllerPacketMetadataList()
        .forEach(header -> packetHeaders.put(header.getPreamble().getName(), header));
  }

  /** In the order of P4Info. */
  Map<Integer, TableSchema> tables() {
    return tables;
  }

  /**
   * The table with an ID.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT for 0, NOT_FOUND for an unknown ID
   */
  TableSchema table(int id) {
    return lookUp(tables, "table", id);
  }

  /** In the order of P4Info. */
  Map<Integer, CounterSchema> counters() {
    return counters;
  }

  /**
   * The indirect counter with an ID.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT for 0, NOT_FOUND for an unknown ID
   */
  CounterSchema counter(int id) {
    return lookUp(counters, "counter", id);
  }

  /** Indirect ones, in the order of P4Info. */
  Map<Integer, MeterSchema> meters() {
    return meters;
  }

  /**
   * The indirect meter with an ID.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT for 0, NOT_FOUND for an unknown ID
   */
  MeterSchema meter(int id) {
    return lookUp(meters, "meter", id);
  }

  /** In the order of P4Info. */
  Map<Integer, RegisterSchema> registers() {
    return registers;
  }

  /**
   * The register array with an ID.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT for 0, NOT_FOUND for an unknown ID
   */
  RegisterSchema register(int id) {
    return lookUp(registers, "register", id);
  }

  /** The controller header {@code packet_in} or {@code packet_out}, null if there is none. */
  ControllerPacketMetadata packetHeader(String name) {
    return packetHeaders.get(name);
  }

  private static <T> T lookUp(Map<Integer, T> objects, String kind, int id) {
    T found = objects.get(id);
    if (found != null) {
      return found;
    }
    if (id == 0) {
      throw P4RuntimeException.invalidArgument("%s_id is 0: a write must name its %s", kind, kind);
    }
    throw P4RuntimeException.notFound(
        "no %s has the id %s (0x%08x) in the P4Info", kind, Integer.toUnsignedString(id), id);
  }

  private void claimId(Preamble preamble) {
    if (preamble.getId() == 0) {
      throw P4RuntimeException.invalidArgument("P4Info: '%s' has the id 0", preamble.getName());
    }
    if (!ids.add(preamble.getId())) {
      throw P4RuntimeException.invalidArgument(
          "P4Info: id %s of '%s' is not unique",
          Integer.toUnsignedString(preamble.getId()), preamble.getName());
    }
  }

  private static void checkAction(ActionSchema action, Bmv2Program program) {
    List<Integer> widths = program.actionWidths(action.name());
    if (widths == null) {
      throw disagree("action '%s' is not in the program", action.name());
    }
    List<Integer> expected = action.params().stream().map(ActionSchema.Param::width).toList();
    if (!widths.equals(expected)) {
      throw disagree(
          "action '%s' has parameters of %s bits in P4Info and %s in the program",
          action.name(), expected, widths);
    }
  }

  private void addTable(
      Table table, Bmv2Program program, Set<Integer> directCounters, Set<Integer> directMeters) {
    String name = table.getPreamble().getName();
    Bmv2Program.Table compiled = program.table(name);
    if (compiled == null) {
      throw disagree("table '%s' is not in the program", name);
    }
    Map<Integer, AllowedAction> allowed = new LinkedHashMap<>();
    Map<String, ActionSchema> byName = new HashMap<>();
    for (ActionRef reference : table.getActionRefsList()) {
      ActionSchema action = actions.get(reference.getId());
      if (action == null) {
        throw P4RuntimeException.invalidArgument(
            "P4Info: table '%s' refers to action id %s, which is not there",
            name, Integer.toUnsignedString(reference.getId()));
      }
      if (!compiled.actions().contains(action.name())) {
        throw disagree("table '%s' has no action '%s' in the program", name, action.name());
      }
      allowed.put(action.id(), new AllowedAction(action, reference.getScope()));
      byName.put(action.name(), action);
    }
    TableSchema.Traits traits =
        new TableSchema.Traits(
            table.getIsConstTable(),
            table.getConstDefaultActionId() != 0,
            table.getDirectResourceIdsList().stream().anyMatch(directCounters::contains),
            table.getDirectResourceIdsList().stream().anyMatch(directMeters::contains),
            table.getImplementationId() != 0,
            table.getIdleTimeoutBehavior() != Table.IdleTimeoutBehavior.NO_TIMEOUT);
    int id = table.getPreamble().getId();
    tables.put(
        id, new TableSchema(id, name, fields(table, name, compiled), allowed, byName, traits));
  }

  private static List<MatchFieldSchema> fields(
      Table table, String name, Bmv2Program.Table compiled) {
    if (table.getMatchFieldsCount() != compiled.keyTypes().size()) {
      throw disagree(
          "table '%s' has %d match fields in P4Info and %d in the program",
          name, table.getMatchFieldsCount(), compiled.keyTypes().size());
    }
    List<MatchFieldSchema> fields = new ArrayList<>();
    for (int i = 0; i < table.getMatchFieldsCount(); i++) {
      MatchField field = table.getMatchFields(i);
      MatchType type = field.getMatchType();
      String compiledType = compiled.keyTypes().get(i);
      if (!agrees(type, compiledType)) {
        throw disagree(
            "table '%s', match field '%s' is %s in P4Info and %s in the program",
            name,
            field.getName(),
            field.getOtherMatchType().isEmpty() ? type : field.getOtherMatchType(),
            compiledType);
      }
      if (field.getBitwidth() <= 0) {
        throw P4RuntimeException.invalidArgument(
            "P4Info: table '%s', match field '%s' has the bit width %d",
            name, field.getName(), field.getBitwidth());
      }
      fields.add(
          new MatchFieldSchema(
              name,
              i,
              field.getId(),
              field.getName(),
              field.getBitwidth(),
              type,
              compiledType.equals("ternary")));
    }
    return fields;
  }

  private static boolean agrees(MatchType type, String compiled) {
    return switch (type) {
      case EXACT -> compiled.equals("exact") || compiled.equals("valid");
      case LPM -> compiled.equals("lpm");
      case TERNARY -> compiled.equals("ternary");
      case RANGE -> compiled.equals("range");
      case OPTIONAL -> compiled.equals("optional") || compiled.equals("ternary");
      default -> false;
    };
  }

  private void addCounter(Counter counter, Bmv2Program program) {
    String name = counter.getPreamble().getName();
    Integer size = program.counterSize(name);
    if (size == null) {
      throw disagree("counter '%s' is not in the program", name);
    }
    if (size != counter.getSize()) {
      throw disagree(
          "counter '%s' has %d cells in P4Info and %d in the program",
          name, counter.getSize(), size);
    }
    int id = counter.getPreamble().getId();
    counters.put(id, new CounterSchema(id, name, size));
  }

  private void addMeter(Meter meter, Bmv2Program program) {
    String name = meter.getPreamble().getName();
    requireTwoRates(meter.getPreamble(), meter.getSpec());
    Integer size = program.meterSize(name);
    if (size == null) {
      throw disagree("meter '%s' is not in the program", name);
    }
    if (size != meter.getSize()) {
      throw disagree(
          "meter '%s' has %d cells in P4Info and %d in the program", name, meter.getSize(), size);
    }
    int id = meter.getPreamble().getId();
    meters.put(id, new MeterSchema(id, name, size));
  }

  private static void requireTwoRates(Preamble meter, MeterSpec spec) {
    if (spec.getType() != MeterSpec.Type.TWO_RATE_THREE_COLOR) {
      throw P4RuntimeException.invalidArgument(
          "P4Info: meter '%s' is %s; this switch has two-rate three-colour meters only",
          meter.getName(), spec.getType());
    }
  }

  private void addRegister(Register register, Bmv2Program program) {
    String name = register.getPreamble().getName();
    Bmv2Program.RegisterArray compiled = program.register(name);
    if (compiled == null) {
      throw disagree("register '%s' is not in the program", name);
    }
    if (compiled.size() != register.getSize()) {
      throw disagree(
          "register '%s' has %d cells in P4Info and %d in the program",
          name, register.getSize(), compiled.size());
    }
    int id = register.getPreamble().getId();
    registers.put(id, new RegisterSchema(id, name, compiled.size(), compiled.width()));
  }

  @FormatMethod
  private static P4RuntimeException disagree(String format, Object... arguments) {
    return P4RuntimeException.invalidArgument(
        "P4Info and p4_device_config disagree: %s", String.format(format, arguments));
  }
}
