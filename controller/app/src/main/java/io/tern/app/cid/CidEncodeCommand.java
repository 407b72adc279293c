package io.tern.app.cid;

import io.tern.cid.ConnectionId;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.ServerId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tern cid encode}: server ID and nonce to CID. */
@Command(
    name = "encode",
    description = "Print the connection ID that names a server.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every connection ID was printed",
      "1:a server ID or nonce is bad",
      "2:wrong usage, or no legal configuration"
    })
final class CidEncodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private CidCommand parent;
  @Mixin private CidLayoutOptions layout;

  @Option(
      names = "--codepoint",
      required = true,
      paramLabel = "0..6",
      description = "Config rotation bits: which configuration the CID follows.")
  private int codepoint;

  @Option(names = "--sid", paramLabel = "HEX", description = "Server ID.")
  private String serverId;

  @Option(
      names = "--nonce",
      paramLabel = "HEX",
      description = "Nonce. Never use one twice with the same key and server ID.")
  private String nonce;

  @Option(
      names = "--self-encode-length",
      description =
          "Put the length of what follows into the low five bits of the first octet;"
              + " they are random otherwise.")
  private boolean selfEncodeLength;

  @Option(
      names = "--first-octet-bits",
      paramLabel = "0..31",
      description = "Put these into the low five bits of the first octet, for reproducible output.")
  private Integer firstOctetBits;

  @Option(
      names = "--batch",
      description = "Read 'SID NONCE' from each line of standard input, print a CID for each.")
  private boolean batch;

  @Override
  public Integer call() {
    requireConsistentOptions();
    QuicLbCodec codec = new QuicLbCodec(layout.config(codepoint, selfEncodeLength));
    if (batch) {
      return new BatchRun(spec, line -> encode(codec, line)).run(parent.in());
    }
    try {
      ConnectionId cid = encode(codec, serverId, nonce);
      spec.commandLine().getOut().println(cid);
      return 0;
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println("tern cid encode: " + e.getMessage());
      return 1;
    }
  }

  private void requireConsistentOptions() {
    if (batch && (serverId != null || nonce != null)) {
      throw usage(
          "--batch reads server IDs and nonces from standard input: leave out --sid, --nonce");
    }
    if (!batch && (serverId == null || nonce == null)) {
      throw usage(
          (serverId == null ? "--sid" : "--nonce")
              + " is missing: give --sid and --nonce, or --batch");
    }
    if (selfEncodeLength && firstOctetBits != null) {
      throw usage(
          "--self-encode-length and --first-octet-bits both want the low five bits of the first"
              + " octet: give one of them");
    }
    if (firstOctetBits != null
        && (firstOctetBits < 0 || firstOctetBits > QuicLbCodec.MAX_FIRST_OCTET_BITS)) {
      throw usage("--first-octet-bits is " + firstOctetBits + "; five bits hold 0 to 31");
    }
  }

  private String encode(QuicLbCodec codec, String line) {
    String[] words = line.split("\\s+", -1);
    if (words.length != 2) {
      throw new IllegalArgumentException(
          "'" + line + "' has " + words.length + " words; it must be 'SID NONCE'");
    }
    return encode(codec, words[0], words[1]).toString();
  }

  private ConnectionId encode(QuicLbCodec codec, String serverIdHex, String nonceHex) {
    ServerId server = ServerId.parse(serverIdHex);
    Nonce unique = Nonce.parse(nonceHex);
    return firstOctetBits == null
        ? codec.encode(server, unique)
        : codec.encode(server, unique, firstOctetBits);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
