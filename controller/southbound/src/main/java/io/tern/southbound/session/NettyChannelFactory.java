package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Channels over HTTP/2, in clear text or TLS. Thread-safe. */
public final class NettyChannelFactory implements ChannelFactory {
  /** A full table of a large target comes in one message from some targets. */
  private static final int MAX_INBOUND_MESSAGE = 64 << 20;

  /**
   * What is wrong with each update of a batch comes as metadata, a few hundred octets each; gRPC's
   * own limit is 8 KiB.
   */
  private static final int MAX_INBOUND_METADATA = 4 << 20;

  /**
   * gRPC servers drop clients that ping more often than every five minutes unless they are told
   * otherwise; quicker detection is the session's heartbeat.
   */
  private static final long KEEPALIVE_SECONDS = 300;

  private static final long KEEPALIVE_TIMEOUT_SECONDS = 10;

  private final ChannelCredentials credentials;
  private final Executor executor;

  /**
   * @param credentials for every device
   * @param executor runs the callbacks of all channels
   */
  public NettyChannelFactory(ChannelCredentials credentials, Executor executor) {
    this.credentials = requireNonNull(credentials, "credentials");
    this.executor = requireNonNull(executor, "executor");
  }

  /** Credentials for clear text: for devices on a management network that nobody else reaches. */
  public static ChannelCredentials plaintext() {
    return InsecureChannelCredentials.create();
  }

  /**
   * Credentials that take devices whose certificates {@code ca} signed.
   *
   * @param ca certificates in PEM
   * @throws IOException if the file cannot be read
   */
  public static ChannelCredentials tls(Path ca) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(ca.toFile()).build();
  }

  /**
   * As {@link #tls}, and shows devices a certificate of our own.
   *
   * @param ca certificates in PEM
   * @param certificate our certificate chain in PEM
   * @param privateKey its key, PKCS #8 in PEM
   * @throws IOException if a file cannot be read
   */
  public static ChannelCredentials mutualTls(Path ca, Path certificate, Path privateKey)
      throws IOException {
    return TlsChannelCredentials.newBuilder()
        .trustManager(ca.toFile())
        .keyManager(certificate.toFile(), privateKey.toFile())
        .build();
  }

  @Override
  public ManagedChannel open(String target) {
    return NettyChannelBuilder.forTarget(uri(target), credentials)
        .executor(executor)
        .maxInboundMessageSize(MAX_INBOUND_MESSAGE)
        .maxInboundMetadataSize(MAX_INBOUND_METADATA)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        // Devices are reached directly, whatever proxy the JVM has for the web.
        .proxyDetector(address -> null)
        // The session retries: it knows what may be repeated.
        .disableRetry()
        .build();
  }

  /** By this constructor the brackets of an IPv6 address are quoted: no path may have them. */
  private static String uri(String target) {
    try {
      return new URI("dns", "", "/" + target, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
