package io.tern.app.demo;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate for the demo's servers, made for this run, that its clients trust. Its files serve
 * the processes of one demo.
 */
final class DemoTls {
  static final String SERVER_NAME = "demo.tern.test";
  private static final String ALPN = "tern-demo";
  private static final String SERVER_KEY = "server.key";
  private static final String SERVER_CERTIFICATES = "server.pem";
  private static final String AUTHORITY = "authority.pem";

  private final X509Bundle authority;
  private final X509Bundle bundle;

  private DemoTls(X509Bundle authority, X509Bundle bundle) {
    this.authority = authority;
    this.bundle = bundle;
  }

  /**
   * Makes key and certificate.
   *
   * @throws Exception if this JVM cannot make the certificate
   */
  static DemoTls create() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=Tern demo")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=" + SERVER_NAME)
            .addSanDnsName(SERVER_NAME)
            .addExtendedKeyUsageServerAuth()
            .ecp256()
            .buildIssuedBy(authority);
    return new DemoTls(authority, bundle);
  }

  QuicSslContext server() {
    return context(
        QuicSslContextBuilder.forServer(
            bundle.getKeyPair().getPrivate(), null, bundle.getCertificatePath()));
  }

  QuicSslContext client() {
    return context(QuicSslContextBuilder.forClient().trustManager(authority.getCertificate()));
  }

  /**
   * Writes key and certificates for {@link #serverOf} and {@link #clientOf}.
   *
   * @param directory exists, and is nobody else's to read
   */
  void write(Path directory) throws IOException {
    Files.writeString(directory.resolve(SERVER_KEY), bundle.getPrivateKeyPEM());
    Files.writeString(directory.resolve(SERVER_CERTIFICATES), bundle.getCertificatePathPEM());
    Files.writeString(directory.resolve(AUTHORITY), authority.getCertificatePEM());
  }

  /** A server with what {@link #write} has written. */
  static QuicSslContext serverOf(Path directory) {
    return context(
        QuicSslContextBuilder.forServer(
            directory.resolve(SERVER_KEY).toFile(),
            null,
            directory.resolve(SERVER_CERTIFICATES).toFile()));
  }

  /** A client that trusts what {@link #write} has written. */
  static QuicSslContext clientOf(Path directory) {
    return context(
        QuicSslContextBuilder.forClient().trustManager(directory.resolve(AUTHORITY).toFile()));
  }

  private static QuicSslContext context(QuicSslContextBuilder builder) {
    return builder.applicationProtocols(ALPN).build();
  }
}
