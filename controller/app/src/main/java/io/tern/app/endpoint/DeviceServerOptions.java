package io.tern.app.endpoint;

import io.tern.embedded.TlsOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Options of commands that are a P4Runtime device: where they serve, as which device, and whom they
 * let in. What is wrong is a {@link ParameterException} of the command that has them.
 */
public final class DeviceServerOptions {
  @Option(
      names = "--grpc",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9559",
      description = "Where to serve P4Runtime; port 0 takes any. Default: ${DEFAULT-VALUE}")
  private String grpc;

  @Option(
      names = "--device-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "P4Runtime device ID, not 0. Default: ${DEFAULT-VALUE}")
  private String deviceId;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description = "Where to serve metrics for Prometheus, at /metrics. Default: nowhere")
  private String metrics;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "The server's certificate chain (PEM); clear text without.")
  private Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key (PEM, PKCS #8, not encrypted).")
  private Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "Let in only clients with a certificate of these authorities (PEM).")
  private Path tlsClientAuthorities;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Where to serve P4Runtime. */
  public InetSocketAddress grpc() {
    return address("--grpc", grpc);
  }

  /** Unsigned, not 0. */
  public long deviceId() {
    try {
      long id = Long.parseUnsignedLong(deviceId);
      if (id != 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Said below, as for 0.
    }
    throw usage("--device-id '" + deviceId + "': expected an unsigned number other than 0");
  }

  /** Where to serve metrics; null for nowhere. */
  public InetSocketAddress metrics() {
    return metrics == null ? null : address("--metrics", metrics);
  }

  /** Null for clear text. */
  public TlsOptions tls() {
    if (tlsCertificate == null && tlsKey == null && tlsClientAuthorities == null) {
      return null;
    }
    if (tlsCertificate == null || tlsKey == null) {
      throw usage("--tls-cert and --tls-key belong together");
    }
    return new TlsOptions(tlsCertificate, tlsKey, tlsClientAuthorities);
  }

  private InetSocketAddress address(String option, String text) {
    try {
      return HostAndPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage(option + " " + e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
