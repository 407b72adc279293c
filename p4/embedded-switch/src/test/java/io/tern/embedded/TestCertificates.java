package io.tern.embedded;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A self-signed certificate for localhost, in files. */
record TestCertificates(Path certificate, Path privateKey) {

  static TestCertificates in(Path directory) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    return new TestCertificates(
        Files.writeString(directory.resolve("cert.pem"), bundle.getCertificatePEM()),
        Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM()));
  }
}
