package io.tern.app.cid;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tern cid}: routable connection IDs on the command line. */
@Command(
    name = "cid",
    description = "Encode and decode routable connection IDs (draft-ietf-quic-load-balancers).",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CidEncodeCommand.class, CidDecodeCommand.class})
public final class CidCommand implements Runnable {
  private final InputStream in;

  @Spec private CommandSpec spec;

  /** The command with the standard input of the process. */
  public CidCommand() {
    this(System.in);
  }

  /** The command with this standard input. */
  CidCommand(InputStream in) {
    this.in = requireNonNull(in, "in");
  }

  InputStream in() {
    return in;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Which command: encode or decode?");
  }
}
