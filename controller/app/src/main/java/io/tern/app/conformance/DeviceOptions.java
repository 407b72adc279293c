package io.tern.app.conformance;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.tern.app.endpoint.HostAndPort;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.proto.p4.v1.Uint128;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the device is, and who we are to it. */
final class DeviceOptions {
  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.class,
      description = "P4Runtime server of the device.")
  InetSocketAddress address;

  @Option(
      names = "--device-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "P4Runtime device ID. Default: ${DEFAULT-VALUE}")
  long deviceId;

  @Option(
      names = "--election-id",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "P4Runtime election ID: higher than that of any controller of the device.",
        "Default: ${DEFAULT-VALUE}"
      })
  private long electionId;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Authorities of the server's certificate (PEM); clear text without.")
  private Path authorities;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Our certificate chain, for a server that asks for one (PEM).")
  private Path certificates;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key (PEM, PKCS #8, not encrypted).")
  private Path key;

  Uint128 electionId() {
    return Uint128.newBuilder().setLow(electionId).build();
  }

  String name() {
    return HostAndPort.format(address);
  }

  /** What is wrong with the options together; null if nothing is. */
  String contradiction() {
    if ((certificates == null) != (key == null)) {
      return "--tls-cert and --tls-key belong together";
    }
    return certificates != null && authorities == null ? "--tls-cert wants --tls-ca" : null;
  }

  ManagedChannel channel() throws IOException {
    return Grpc.newChannelBuilderForAddress(
            address.getHostString(), address.getPort(), credentials())
        .maxInboundMessageSize(64 << 20)
        .maxInboundMetadataSize(P4RuntimeClient.MAX_METADATA)
        .build();
  }

  private ChannelCredentials credentials() throws IOException {
    if (authorities == null) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder tls =
        TlsChannelCredentials.newBuilder().trustManager(authorities.toFile());
    if (certificates != null) {
      tls.keyManager(certificates.toFile(), key.toFile());
    }
    return tls.build();
  }
}
