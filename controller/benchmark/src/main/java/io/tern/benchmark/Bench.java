package io.tern.benchmark;

import io.tern.benchmark.forwarding.ForwardingCommand;
import io.tern.benchmark.writes.WritesCommand;
import io.tern.benchmark.xdp.XdpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of {@code tern bench}. */
@Command(
    name = "tern bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Measures Tern beside references that run in turns with it.",
    subcommands = {ForwardingCommand.class, WritesCommand.class, XdpCommand.class})
public final class Bench {
  private Bench() {}

  /** Runs a benchmark and exits: 0 for success, 1 for failure, 2 for wrong usage. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setExecutionExceptionHandler(Bench::report)
            .execute(args));
  }

  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parseResult) {
    command.getErr().println("tern bench: " + (e.getMessage() == null ? e : e.getMessage()));
    if (System.getenv("TERN_STACKTRACE") != null) {
      e.printStackTrace(command.getErr());
    } else {
      command.getErr().println("(TERN_STACKTRACE=1 shows where)");
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }
}
