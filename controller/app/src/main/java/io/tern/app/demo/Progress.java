package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;

/**
 * One line that tells how far a run is: rewritten in place on a terminal, a line a second
 * elsewhere. Not thread-safe.
 */
final class Progress {
  private final PrintStream out;
  private final boolean inPlace;
  private int width;
  private String last = "";

  Progress(PrintStream out, boolean inPlace) {
    this.out = requireNonNull(out, "out");
    this.inPlace = inPlace;
  }

  /** Shows {@code line} as what happens now. */
  void show(String line) {
    if (inPlace) {
      out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
      out.flush();
      width = line.length();
    } else if (!line.equals(last)) {
      out.println(line);
    }
    last = line;
  }

  /** Ends the line that is being rewritten. */
  void end() {
    if (inPlace && width > 0) {
      out.println();
      width = 0;
    }
  }
}
