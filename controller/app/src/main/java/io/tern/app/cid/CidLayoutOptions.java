package io.tern.app.cid;

import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that encoding and decoding share: lengths and key of a CID configuration. */
final class CidLayoutOptions {
  // A key file has 32 digits and perhaps a line end. What is much longer is no key file.
  private static final int MAX_KEY_FILE = 256;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--sid-length",
      required = true,
      paramLabel = "OCTETS",
      description = "Length of the server ID, 1 to 15.")
  private int serverIdLength;

  @Option(
      names = "--nonce-length",
      required = true,
      paramLabel = "OCTETS",
      description = "Length of the nonce, 4 to 18; both lengths make 5 to 19.")
  private int nonceLength;

  @ArgGroup(exclusive = true)
  private KeyOptions key;

  // Text, not CidKey: picocli's conversion errors would quote the digits.
  private static final class KeyOptions {
    @Option(
        names = "--key",
        paramLabel = "HEX",
        description =
            "AES-128 key, 32 hexadecimal digits; without a key the CIDs are clear text."
                + " Other users may see it in the list of processes: prefer --key-file.")
    private String hex;

    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "File with the key, 32 hexadecimal digits.")
    private Path file;
  }

  /**
   * The configuration of this codepoint.
   *
   * @throws ParameterException with the rule that the options break
   */
  QuicLbConfig config(int codepoint, boolean lengthSelfDescription) {
    Optional<CidKey> cidKey = key();
    try {
      return new QuicLbConfig(
          codepoint,
          QuicLbConfig.algorithmFor(serverIdLength, nonceLength, cidKey.isPresent()),
          serverIdLength,
          nonceLength,
          cidKey,
          lengthSelfDescription);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage());
    }
  }

  private Optional<CidKey> key() {
    if (key == null) {
      return Optional.empty();
    }
    if (key.hex != null) {
      return Optional.of(parse("--key", key.hex));
    }
    return Optional.of(parse("--key-file " + key.file, read(key.file).strip()));
  }

  private CidKey parse(String origin, String hex) {
    try {
      return CidKey.parse(hex);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), origin + ": " + e.getMessage());
    }
  }

  private String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_KEY_FILE), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new ParameterException(mixee.commandLine(), "--key-file cannot be read: " + e);
    }
  }
}
