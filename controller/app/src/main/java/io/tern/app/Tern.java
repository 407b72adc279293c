package io.tern.app;

import picocli.CommandLine;

/** Entry point of the {@code tern} command. */
public final class Tern {
  private Tern() {}

  /**
   * Runs a command and exits: 0 for success, 1 for failure, 2 for wrong usage.
   *
   * @param args see {@code tern --help}
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, as {@link #main} uses it. */
  static CommandLine commandLine() {
    return new CommandLine(new TernCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(Tern::report);
  }

  /** One line for the user; the stack trace only on demand, because it says nothing to most. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parseResult) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    command.getErr().println(command.getColorScheme().errorText("tern: " + message));
    if (System.getenv("TERN_STACKTRACE") != null) {
      e.printStackTrace(command.getErr());
    } else {
      command.getErr().println("(TERN_STACKTRACE=1 shows where)");
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }
}
