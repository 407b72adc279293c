package io.tern.p4.generator;

import java.util.List;

/**
 * What the constants are made of. Immutable, complete and consistent: {@link ContractReader}
 * refuses everything else.
 *
 * @param program name of the P4 program
 * @param version its version
 * @param tables in the order of P4Info
 * @param actions those that a table may have, without {@code NoAction}, in the order of P4Info
 * @param counters indirect counters
 * @param controllerHeaders packet-in and packet-out
 */
record Contract(
    String program,
    String version,
    List<Table> tables,
    List<Action> actions,
    List<Counter> counters,
    List<ControllerHeader> controllerHeaders) {

  Contract {
    tables = List.copyOf(tables);
    actions = List.copyOf(actions);
    counters = List.copyOf(counters);
    controllerHeaders = List.copyOf(controllerHeaders);
  }

  /**
   * How P4Info calls an object.
   *
   * @param id unique in the program
   * @param name fully qualified
   * @param alias the shortest unambiguous end of the name, or what the program says
   */
  record Identity(int id, String name, String alias) {}

  /**
   * A match field, an action parameter or a field of a controller header; {@code width} in bits.
   */
  record Field(int id, String name, int width) {}

  /**
   * A table.
   *
   * @param size entries that the program guarantees room for
   * @param directCounterId 0 if it has none
   * @param directMeterId 0 if it has none
   */
  record Table(
      Identity identity,
      long size,
      int directCounterId,
      int directMeterId,
      List<Field> matchFields) {
    Table {
      matchFields = List.copyOf(matchFields);
    }
  }

  /** An action. */
  record Action(Identity identity, List<Field> params) {
    Action {
      params = List.copyOf(params);
    }
  }

  /**
   * An indirect counter.
   *
   * @param size cells
   * @param cells in the order of their indices, without gaps; none if a number of some kind (a
   *     pool's, say) is the index
   */
  record Counter(Identity identity, long size, List<Cell> cells) {
    Counter {
      cells = List.copyOf(cells);
    }
  }

  /** A cell of an indirect counter. */
  record Cell(int index, String name, String description) {}

  /** {@code packet_in} or {@code packet_out}. */
  record ControllerHeader(Identity identity, List<Field> metadata) {
    ControllerHeader {
      metadata = List.copyOf(metadata);
    }
  }
}
