package io.tern.p4.generator;

import io.tern.p4.generator.Contract.Action;
import io.tern.p4.generator.Contract.Cell;
import io.tern.p4.generator.Contract.ControllerHeader;
import io.tern.p4.generator.Contract.Counter;
import io.tern.p4.generator.Contract.Field;
import io.tern.p4.generator.Contract.Identity;
import io.tern.p4.generator.Contract.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a {@link Contract} as Java sources. */
final class ContractWriter {
  private final Contract contract;
  private final String origin;
  private final String packageName;
  private final String className;

  /**
   * @param origin name of the P4Info file, for the head of the sources
   * @throws ContractException if {@code qualifiedClassName} is no Java name or has no package
   */
  ContractWriter(Contract contract, String origin, String qualifiedClassName) {
    this.contract = contract;
    this.origin = origin;
    int dot = JavaNames.checkedQualifiedName(qualifiedClassName).lastIndexOf('.');
    if (dot < 0) {
      throw new ContractException("class '" + qualifiedClassName + "' has no package");
    }
    this.packageName = qualifiedClassName.substring(0, dot);
    this.className = qualifiedClassName.substring(dot + 1);
  }

  /**
   * The sources, by their paths.
   *
   * @throws ContractException if a name cannot be a Java name, or two become the same
   */
  Map<Path, String> sources() {
    Map<Path, String> sources = new LinkedHashMap<>();
    Path folder = Path.of(packageName.replace('.', '/'));
    sources.put(folder.resolve(className + ".java"), constants());
    for (Counter counter : contract.counters()) {
      if (counter.cells().isEmpty()) {
        continue;
      }
      String enumName = JavaNames.typeName(counter.identity().alias(), "counter");
      if (sources.put(folder.resolve(enumName + ".java"), cells(counter, enumName)) != null) {
        throw new ContractException(
            "counter "
                + counter.identity().alias()
                + " becomes the class "
                + enumName
                + ", which there is already");
      }
    }
    return sources;
  }

  private String constants() {
    JavaSource java = head();
    java.javadoc(
        "Constants of the P4 program {@code "
            + contract.program()
            + "} "
            + contract.version()
            + ".");
    java.open("public final class " + className);
    java.line("private " + className + "() {}");

    java.group(
        "Tables",
        "Tables, by their aliases.",
        () -> {
          Scope scope = new Scope("tables");
          for (Table table : contract.tables()) {
            table(java, scope, table);
          }
          idList(
              java,
              "Every table, in the order of P4Info.",
              contract.tables().stream().map(Table::identity).toList());
        });
    java.group(
        "Actions",
        "Actions, by their aliases.",
        () -> {
          Scope scope = new Scope("actions");
          for (Action action : contract.actions()) {
            action(java, scope, action);
          }
        });
    java.group(
        "Counters",
        "Indirect counters, by their aliases; where cells have names, an enum has them.",
        () -> {
          Scope scope = new Scope("counters");
          for (Counter counter : contract.counters()) {
            identityClass(
                java,
                scope,
                "counter",
                counter.identity(),
                () -> java.constant("int", "SIZE", counter.size(), "Cells."));
          }
        });
    java.group(
        "ControllerHeaders",
        "Headers of packet-in and packet-out.",
        () -> {
          Scope scope = new Scope("controller headers");
          for (ControllerHeader header : contract.controllerHeaders()) {
            identityClass(
                java,
                scope,
                "controller header",
                header.identity(),
                () -> fields(java, "METADATA_", header.metadata(), header.identity()));
          }
        });
    names(java);
    java.close();
    return java.toString();
  }

  private void table(JavaSource java, Scope scope, Table table) {
    identityClass(
        java,
        scope,
        "table",
        table.identity(),
        () -> {
          java.constant("int", "SIZE", table.size(), "Entries that there is room for.");
          if (table.directCounterId() != 0) {
            java.constant("int", "DIRECT_COUNTER_ID", table.directCounterId(), null);
          }
          if (table.directMeterId() != 0) {
            java.constant("int", "DIRECT_METER_ID", table.directMeterId(), null);
          }
          fields(java, "MATCH_", table.matchFields(), table.identity());
        });
  }

  private void action(JavaSource java, Scope scope, Action action) {
    identityClass(
        java,
        scope,
        "action",
        action.identity(),
        () -> fields(java, "PARAM_", action.params(), action.identity()));
  }

  private static void identityClass(
      JavaSource java, Scope scope, String kind, Identity identity, Runnable body) {
    String type = JavaNames.typeName(identity.alias(), kind);
    scope.claim(type, identity.name());
    java.javadoc("{@code " + identity.name() + "}.");
    java.open("public static final class " + type);
    java.line("private " + type + "() {}");
    java.constant("int", "ID", identity.id(), null);
    java.constant("String", "NAME", JavaSource.literal(identity.name()), null);
    body.run();
    java.close();
  }

  private static void fields(JavaSource java, String prefix, List<Field> fields, Identity owner) {
    Scope scope = new Scope(owner.name());
    for (Field field : fields) {
      String constant = prefix + JavaNames.constantName(field.name(), "a field of " + owner.name());
      scope.claim(constant, field.name());
      scope.claim(constant + "_WIDTH", field.name());
      java.constant("int", constant, field.id(), "ID of {@code " + field.name() + "}.");
      java.constant("int", constant + "_WIDTH", field.width(), "Bits.");
    }
  }

  private static void idList(JavaSource java, String doc, List<Identity> identities) {
    java.javadoc(doc);
    java.line("public static final java.util.List<Integer> IDS =");
    java.line("    java.util.List.of(");
    java.line(
        identities.stream()
                .map(i -> "        " + JavaNames.typeName(i.alias(), "table") + ".ID")
                .collect(Collectors.joining(",\n    "))
            + ");");
  }

  /** For messages to people: names instead of numbers. */
  private void names(JavaSource java) {
    List<Identity> all = new ArrayList<>();
    contract.tables().forEach(t -> all.add(t.identity()));
    contract.actions().forEach(a -> all.add(a.identity()));
    contract.counters().forEach(c -> all.add(c.identity()));
    contract.controllerHeaders().forEach(h -> all.add(h.identity()));
    java.javadoc(
        "What a message to a person calls an object: its alias, or the ID in hexadecimal if there is none such.");
    java.open("public static String nameOf(int id)");
    java.line("return switch (id) {");
    for (Identity identity : all) {
      java.line("  case " + identity.id() + " -> " + JavaSource.literal(identity.alias()) + ";");
    }
    java.line("  default -> \"0x\" + Integer.toHexString(id);");
    java.line("};");
    java.close();
  }

  private String cells(Counter counter, String enumName) {
    JavaSource java = head();
    java.javadoc(
        "Cells of the counter {@code "
            + counter.identity().name()
            + "}, in the order of their indices.");
    java.open("public enum " + enumName);
    Scope scope = new Scope("counter " + counter.identity().alias());
    for (Cell cell : counter.cells()) {
      String constant =
          JavaNames.constantName(cell.name(), "a cell of counter " + counter.identity().alias());
      scope.claim(constant, cell.name());
      java.javadoc(JavaSource.escapeJavadoc(cell.description()) + ".");
      java.line(
          constant
              + "("
              + cell.index()
              + ", "
              + JavaSource.literal(cell.name())
              + ", "
              + JavaSource.literal(cell.description())
              + ")"
              + (cell.index() == counter.cells().size() - 1 ? ";" : ","));
    }
    java.line("");
    java.line(
        "private static final java.util.List<"
            + enumName
            + "> CELLS = java.util.List.of(values());");
    java.line("");
    java.line("private final int index;");
    java.line("private final String label;");
    java.line("private final String description;");
    java.line("");
    java.open(enumName + "(int index, String label, String description)");
    java.line("this.index = index;");
    java.line("this.label = label;");
    java.line("this.description = description;");
    java.close();
    getter(java, "int", "index", "Index of the cell in the counter.");
    getter(
        java,
        "String",
        "label",
        "The name in the P4 program, as in {@code " + counter.cells().get(0).name() + "}.");
    getter(java, "String", "description", "What the cell counts.");
    java.javadoc(
        "The cell of an index.\n\n@throws IndexOutOfBoundsException if the counter has no such cell");
    java.open("public static " + enumName + " ofIndex(int index)");
    java.line("return CELLS.get(index);");
    java.close();
    java.close();
    return java.toString();
  }

  private static void getter(JavaSource java, String type, String name, String doc) {
    java.javadoc(doc);
    java.open("public " + type + " " + name + "()");
    java.line("return " + name + ";");
    java.close();
  }

  private JavaSource head() {
    JavaSource java = new JavaSource();
    java.line("// Generated from " + origin + " by tern-p4-contract-generator. Do not edit.");
    java.line("package " + packageName + ";");
    return java;
  }

  /** Names of one Java scope: two P4 names must not become the same. */
  private static final class Scope {
    private final String what;
    private final Map<String, String> claimed = new LinkedHashMap<>();

    Scope(String what) {
      this.what = what;
    }

    void claim(String javaName, String p4Name) {
      String other = claimed.putIfAbsent(javaName, p4Name);
      if (other != null) {
        throw new ContractException(
            what
                + ": '"
                + other
                + "' and '"
                + p4Name
                + "' both become "
                + javaName
                + "; rename one (@name in the P4 program)");
      }
    }
  }
}
