package io.tern.app;

import io.tern.app.agent.AgentCommand;
import io.tern.app.cid.CidCommand;
import io.tern.app.compile.CompileCommand;
import io.tern.app.conformance.ConformanceCommand;
import io.tern.app.demo.DemoCommand;
import io.tern.app.embeddedswitch.SwitchCommand;
import io.tern.app.serve.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Root of the command line: knows its subcommands, does nothing itself. */
@Command(
    name = "tern",
    description = "QUIC connection-ID load balancing.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = TernVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      SwitchCommand.class,
      AgentCommand.class,
      CompileCommand.class,
      CidCommand.class,
      DemoCommand.class,
      ConformanceCommand.class
    })
final class TernCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
  }
}
