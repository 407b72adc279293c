package io.tern.p4.generator;

import com.google.protobuf.TextFormat;
import io.tern.p4.generator.Contract.Action;
import io.tern.p4.generator.Contract.Cell;
import io.tern.p4.generator.Contract.ControllerHeader;
import io.tern.p4.generator.Contract.Counter;
import io.tern.p4.generator.Contract.Field;
import io.tern.p4.generator.Contract.Identity;
import io.tern.p4.generator.Contract.Table;
import io.tern.proto.p4.config.v1.ControllerPacketMetadata;
import io.tern.proto.p4.config.v1.DirectCounter;
import io.tern.proto.p4.config.v1.DirectMeter;
import io.tern.proto.p4.config.v1.Expression;
import io.tern.proto.p4.config.v1.MatchField;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Preamble;
import io.tern.proto.p4.config.v1.StructuredAnnotation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Reads a {@link Contract} from P4Info. */
final class ContractReader {
  /**
   * The structured annotation that names the cells of an indirect counter. Its expressions come in
   * threes: index, name, description.
   */
  static final String CELLS = "tern_cells";

  /** The structured annotation that says what number is the index of an indirect counter. */
  static final String INDEX = "tern_index";

  private static final String NO_ACTION = "NoAction";

  private final P4Info p4Info;
  private final Map<Integer, String> ids = new HashMap<>();

  private ContractReader(P4Info p4Info) {
    this.p4Info = p4Info;
  }

  /**
   * Reads P4Info in protobuf's text format.
   *
   * @throws ContractException if it is not P4Info, or one of which no constants can be made
   */
  static Contract read(String p4InfoText) {
    P4Info.Builder p4Info = P4Info.newBuilder();
    try {
      TextFormat.getParser().merge(p4InfoText, p4Info);
    } catch (TextFormat.ParseException e) {
      throw new ContractException("this is no P4Info in text format: " + e.getMessage(), e);
    }
    return new ContractReader(p4Info.build()).read();
  }

  private Contract read() {
    if (p4Info.getTablesCount() == 0) {
      throw new ContractException("the P4Info has no table");
    }
    Map<Integer, Integer> directCounterOfTable = new HashMap<>();
    for (DirectCounter counter : p4Info.getDirectCountersList()) {
      directCounterOfTable.put(
          counter.getDirectTableId(), identity(counter.getPreamble(), "direct counter").id());
    }
    Map<Integer, Integer> directMeterOfTable = new HashMap<>();
    for (DirectMeter meter : p4Info.getDirectMetersList()) {
      directMeterOfTable.put(
          meter.getDirectTableId(), identity(meter.getPreamble(), "direct meter").id());
    }
    List<Table> tables = new ArrayList<>();
    for (var table : p4Info.getTablesList()) {
      Identity identity = identity(table.getPreamble(), "table");
      tables.add(
          new Table(
              identity,
              table.getSize(),
              directCounterOfTable.getOrDefault(identity.id(), 0),
              directMeterOfTable.getOrDefault(identity.id(), 0),
              fields(
                  table.getMatchFieldsList(),
                  MatchField::getId,
                  f -> new Field(f.getId(), f.getName(), f.getBitwidth()),
                  "table " + identity.alias())));
    }
    List<Action> actions = new ArrayList<>();
    for (var action : p4Info.getActionsList()) {
      Identity identity = identity(action.getPreamble(), "action");
      if (!identity.name().equals(NO_ACTION)) {
        actions.add(
            new Action(
                identity,
                fields(
                    action.getParamsList(),
                    io.tern.proto.p4.config.v1.Action.Param::getId,
                    p -> new Field(p.getId(), p.getName(), p.getBitwidth()),
                    "action " + identity.alias())));
      }
    }
    List<Counter> counters = new ArrayList<>();
    for (var counter : p4Info.getCountersList()) {
      Identity identity = identity(counter.getPreamble(), "counter");
      counters.add(new Counter(identity, counter.getSize(), cells(counter, identity)));
    }
    List<ControllerHeader> headers = new ArrayList<>();
    for (var header : p4Info.getControllerPacketMetadataList()) {
      Identity identity = identity(header.getPreamble(), "controller header");
      headers.add(
          new ControllerHeader(
              identity,
              fields(
                  header.getMetadataList(),
                  ControllerPacketMetadata.Metadata::getId,
                  m -> new Field(m.getId(), m.getName(), m.getBitwidth()),
                  "controller header " + identity.alias())));
    }
    return new Contract(
        p4Info.getPkgInfo().getName(),
        p4Info.getPkgInfo().getVersion(),
        tables,
        actions,
        counters,
        headers);
  }

  private Identity identity(Preamble preamble, String kind) {
    if (preamble.getId() == 0 || preamble.getName().isEmpty() || preamble.getAlias().isEmpty()) {
      throw new ContractException(
          "a "
              + kind
              + " has no id, no name or no alias; its preamble is: "
              + TextFormat.printer().emittingSingleLine(true).printToString(preamble));
    }
    String other = ids.putIfAbsent(preamble.getId(), preamble.getName());
    if (other != null) {
      throw new ContractException(
          kind
              + " "
              + preamble.getName()
              + " has ID "
              + preamble.getId()
              + ", as "
              + other
              + " has already");
    }
    return new Identity(preamble.getId(), preamble.getName(), preamble.getAlias());
  }

  /** Tern's entries list values in the order of field IDs 1, 2, ...: the IDs have to be these. */
  private static <T> List<Field> fields(
      List<T> messages,
      ToIntFunction<T> id,
      java.util.function.Function<T, Field> toField,
      String owner) {
    List<Field> fields = new ArrayList<>();
    for (T message : messages) {
      Field field = toField.apply(message);
      if (id.applyAsInt(message) != fields.size() + 1) {
        throw new ContractException(
            "field '"
                + field.name()
                + "' of "
                + owner
                + " has ID "
                + field.id()
                + "; IDs must count 1, 2, ... in the order of declaration, which wants "
                + (fields.size() + 1));
      }
      if (field.width() <= 0) {
        throw new ContractException(
            "field '"
                + field.name()
                + "' of "
                + owner
                + " has no width in bits; only bit<N> types are supported");
      }
      fields.add(field);
    }
    return fields;
  }

  private static List<Cell> cells(io.tern.proto.p4.config.v1.Counter counter, Identity identity) {
    String what = "counter " + identity.alias();
    if (annotation(counter.getPreamble(), INDEX).isPresent()) {
      return List.of();
    }
    List<Expression> expressions =
        cellsAnnotation(counter.getPreamble(), what).getExpressionList().getExpressionsList();
    if (expressions.size() % 3 != 0) {
      throw new ContractException(
          "@"
              + CELLS
              + " of "
              + what
              + " has "
              + expressions.size()
              + " expressions; they must come in threes: index, name, description");
    }
    List<Cell> cells = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < expressions.size(); i += 3) {
      Expression index = expressions.get(i);
      Expression name = expressions.get(i + 1);
      Expression description = expressions.get(i + 2);
      if (index.getValueCase() != Expression.ValueCase.INT64_VALUE
          || name.getValueCase() != Expression.ValueCase.STRING_VALUE
          || description.getValueCase() != Expression.ValueCase.STRING_VALUE) {
        throw new ContractException(
            "@"
                + CELLS
                + " of "
                + what
                + ", expression "
                + i
                + " and the two after it: must be a number, a string and a string");
      }
      if (index.getInt64Value() != cells.size()) {
        throw new ContractException(
            "@"
                + CELLS
                + " of "
                + what
                + ": cell '"
                + name.getStringValue()
                + "' has index "
                + index.getInt64Value()
                + "; cells must be listed in order, without gaps, which wants "
                + cells.size());
      }
      if (!names.add(name.getStringValue())) {
        throw new ContractException(
            "@" + CELLS + " of " + what + " has two cells '" + name.getStringValue() + "'");
      }
      cells.add(new Cell(cells.size(), name.getStringValue(), description.getStringValue()));
    }
    if (cells.size() != counter.getSize()) {
      throw new ContractException(
          "@"
              + CELLS
              + " of "
              + what
              + " names "
              + cells.size()
              + " cells; the counter has "
              + counter.getSize());
    }
    return cells;
  }

  private static StructuredAnnotation cellsAnnotation(Preamble preamble, String what) {
    return annotation(preamble, CELLS)
        .orElseThrow(
            () ->
                new ContractException(
                    what
                        + " has no annotation @"
                        + CELLS
                        + "[index, \"name\", \"description\", ...] and no @"
                        + INDEX
                        + "[\"what\"]: nobody would know what its cells count"));
  }

  private static Optional<StructuredAnnotation> annotation(Preamble preamble, String name) {
    return preamble.getStructuredAnnotationsList().stream()
        .filter(a -> a.getName().equals(name))
        .findFirst();
  }
}
