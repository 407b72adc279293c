package io.tern.app.cid;

import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.QuicLbDecoder;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tern cid decode}: CID to codepoint, server ID and nonce. */
@Command(
    name = "decode",
    description = "Print what a connection ID says, as JSON.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every connection ID was decoded",
      "1:a connection ID is bad or unroutable",
      "2:wrong usage, or no legal configuration"
    })
final class CidDecodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private CidCommand parent;
  @Mixin private CidLayoutOptions layout;

  @Parameters(
      arity = "0..1",
      paramLabel = "CID",
      description = "Connection ID in hexadecimal; it brings its codepoint along.")
  private String cid;

  @Option(
      names = "--batch",
      description = "Read a CID from each line of standard input, print a line of JSON for each.")
  private boolean batch;

  @Override
  public Integer call() {
    if (batch == (cid != null)) {
      throw new ParameterException(
          spec.commandLine(),
          batch
              ? "--batch reads the CIDs from standard input: leave out the CID"
              : "the CID is missing: give one, or --batch");
    }
    // The same lengths and key at every codepoint: the CID says which one it has.
    QuicLbConfig config = layout.config(0, false);
    QuicLbDecoder decoder =
        new QuicLbDecoder(
            IntStream.rangeClosed(0, QuicLbConfig.MAX_CODEPOINT)
                .mapToObj(codepoint -> layout.config(codepoint, false))
                .toList());
    if (batch) {
      return new BatchRun(spec, line -> decode(config, decoder, line)).run(parent.in());
    }
    try {
      spec.commandLine().getOut().println(decode(config, decoder, cid));
      return 0;
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println("tern cid decode: " + e.getMessage());
      return 1;
    }
  }

  private static String decode(QuicLbConfig config, QuicLbDecoder decoder, String hex) {
    ConnectionId cid = ConnectionId.parse(hex);
    Decoded decoded = decoder.decode(cid);
    if (decoded instanceof Decoded.Routable routable) {
      // Numbers and hexadecimal digits: nothing that JSON would escape.
      return "{\"codepoint\":%d,\"serverId\":\"%s\",\"nonce\":\"%s\"}"
          .formatted(routable.codepoint(), routable.serverId(), routable.nonce());
    }
    throw new IllegalArgumentException(
        "connection ID '"
            + hex
            + "' is unroutable: "
            + reason(config, cid, ((Decoded.Unroutable) decoded).reason()));
  }

  private static String reason(QuicLbConfig config, ConnectionId cid, Decoded.Reason reason) {
    return switch (reason) {
      case UNKNOWN_CODEPOINT ->
          "its codepoint "
              + QuicLbCodec.codepoint(cid.octet(0))
              + " is reserved for CIDs without a configuration";
      case TOO_SHORT ->
          "it has "
              + cid.length()
              + " octets; CIDs of these lengths have "
              + config.cidLength()
              + " (1 + "
              + config.serverIdLength()
              + " + "
              + config.nonceLength()
              + ")";
    };
  }
}
