package io.tern.app;

import java.io.PrintWriter;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of the {@code tern} command. */
public final class Tern {
  private Tern() {}

  /**
   * Runs a command and exits: 0 for success, 1 for failure, 2 for wrong usage.
   *
   * @param args see {@code tern --help}
   */
  public static void main(String[] args) {
    // gRPC logs by java.util.logging, which would write to standard error in a form of its own.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    System.exit(commandLine().execute(args));
  }

  /** The command line, as {@link #main} uses it. */
  static CommandLine commandLine() {
    return new CommandLine(new TernCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Tern::wrongUsage)
        .setExecutionExceptionHandler(Tern::report);
  }

  /** What is wrong must not drown in the options' descriptions: those are for who asks. */
  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("tern: " + e.getMessage()));
    UnmatchedArgumentException.printSuggestions(e, err);
    String name = command.getCommandSpec().qualifiedName(" ");
    err.println("Run \"" + name + " --help\" for what there is.");
    return command.getCommandSpec().exitCodeOnInvalidInput();
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
