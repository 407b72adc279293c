package io.tern.app.cid;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;

/**
 * One answer for each line of standard input, in the order of the lines. A bad line is reported
 * with its number and does not hinder the others; empty lines are passed over.
 */
final class BatchRun {
  /** No value of a CID is as long: the longest line has 255 octets in hexadecimal. */
  private static final int MAX_LINE = 1_024;

  private final CommandSpec spec;
  private final UnaryOperator<String> answer;

  /**
   * A run for this command.
   *
   * @param answer throws {@link IllegalArgumentException} for a bad line
   */
  BatchRun(CommandSpec spec, UnaryOperator<String> answer) {
    this.spec = spec;
    this.answer = answer;
  }

  /** The exit status: 0 if every line was good, otherwise 1. */
  int run(InputStream in) {
    PrintWriter out = spec.commandLine().getOut();
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long number = 0;
    boolean good = true;
    try {
      for (String line = readLine(reader); line != null; line = readLine(reader)) {
        number++;
        good &= answer(number, line.strip(), out);
        // Whoever types lines sees each answer; a file is not held up by a flush per line.
        if (!reader.ready()) {
          out.flush();
        }
      }
    } catch (IOException e) {
      error("standard input cannot be read behind line " + number + ": " + e.getMessage());
      good = false;
    }
    out.flush();
    return good ? 0 : 1;
  }

  private boolean answer(long number, String line, PrintWriter out) {
    if (line.isEmpty()) {
      return true;
    }
    try {
      if (line.length() > MAX_LINE) {
        throw new IllegalArgumentException("line is longer than " + MAX_LINE + " characters");
      }
      // Not println: it would flush.
      out.print(answer.apply(line) + System.lineSeparator());
      return true;
    } catch (IllegalArgumentException e) {
      error("line " + number + ": " + e.getMessage());
      return false;
    }
  }

  private void error(String message) {
    spec.commandLine().getErr().println("tern cid " + spec.name() + ": " + message);
  }

  /** The next line, of an overlong one only the beginning; null at the end. */
  private static String readLine(BufferedReader reader) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = reader.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n'; c = reader.read()) {
      if (line.length() <= MAX_LINE) {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
