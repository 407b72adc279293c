package io.tern.app.demo;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** A certificate for the demo's servers, made for this run, that its clients trust. */
final class DemoTls {
  static final String SERVER_NAME = "demo.tern.test";
  private static final String ALPN = "tern-demo";

  private final QuicSslContext server;
  private final QuicSslContext client;

  private DemoTls(QuicSslContext server, QuicSslContext client) {
    this.server = server;
    this.client = client;
  }

  /**
   * Makes key, certificate and both contexts.
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
    return new DemoTls(
        QuicSslContextBuilder.forServer(
                bundle.getKeyPair().getPrivate(), null, bundle.getCertificatePath())
            .applicationProtocols(ALPN)
            .build(),
        QuicSslContextBuilder.forClient()
            .trustManager(authority.getCertificate())
            .applicationProtocols(ALPN)
            .build());
  }

  QuicSslContext server() {
    return server;
  }

  QuicSslContext client() {
    return client;
  }
}
