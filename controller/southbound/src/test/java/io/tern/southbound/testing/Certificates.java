package io.tern.southbound.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate authority of its own and one certificate for 127.0.0.1, as PEM files.
 *
 * @param privateKey PKCS #8
 */
public record Certificates(Path authority, Path certificate, Path privateKey) {

  /** Makes the files in a new folder. */
  public static Certificates create(Path folder) throws Exception {
    Files.createDirectory(folder);
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=" + folder.getFileName() + " authority")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    X509Bundle device =
        new CertificateBuilder()
            .subject("CN=device")
            .addSanIpAddress("127.0.0.1")
            .ecp256()
            .buildIssuedBy(authority);
    return new Certificates(
        Files.writeString(folder.resolve("authority.pem"), authority.getCertificatePEM()),
        Files.writeString(folder.resolve("certificate.pem"), device.getCertificatePEM()),
        Files.writeString(folder.resolve("key.pem"), device.getPrivateKeyPEM()));
  }
}
