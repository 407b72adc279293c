package io.tern.p4.generator;

/** Java source text that grows line by line, with its indentation. */
final class JavaSource {
  private final StringBuilder text = new StringBuilder();
  private int depth;

  /** A line, or several. */
  void line(String line) {
    if (!line.isEmpty()) {
      text.append("  ".repeat(depth)).append(line);
    }
    text.append('\n');
  }

  /** Opens a block after {@code head}. */
  void open(String head) {
    line(head + " {");
    depth++;
  }

  void close() {
    depth--;
    line("}");
  }

  /** A static nested class without instances, in which {@code body} writes. */
  void group(String name, String doc, Runnable body) {
    javadoc(doc);
    open("public static final class " + name);
    line("private " + name + "() {}");
    body.run();
    close();
  }

  /** A blank line and a comment for what follows. */
  void javadoc(String doc) {
    line("");
    if (doc.indexOf('\n') < 0) {
      line("/** " + doc + " */");
      return;
    }
    line("/**");
    for (String docLine : doc.split("\n", -1)) {
      line((" * " + docLine).stripTrailing());
    }
    line(" */");
  }

  /** A constant; {@code value} is a Java expression, {@code doc} may be null. */
  void constant(String type, String name, Object value, String doc) {
    if (doc != null) {
      javadoc(doc);
    } else {
      line("");
    }
    line("public static final " + type + " " + name + " = " + value + ";");
  }

  /** A string literal. */
  static String literal(String value) {
    StringBuilder literal = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        literal.append('\\').append(c);
      } else if (c < 0x20 || c > 0x7e) {
        literal.append(String.format("\\u%04x", (int) c));
      } else {
        literal.append(c);
      }
    }
    return literal.append('"').toString();
  }

  /** Text that must not end the comment or mean a tag. */
  static String escapeJavadoc(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("*/", "*&#47;")
        .replace("\\", "&#92;");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
