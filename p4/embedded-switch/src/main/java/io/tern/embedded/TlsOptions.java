package io.tern.embedded;

import static java.util.Objects.requireNonNull;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How the P4Runtime server proves who it is, and whom it lets in. All files are PEM; they are read
 * when the switch starts.
 *
 * @param certificateChain the server's certificate, then its issuers
 * @param privateKey PKCS #8, not encrypted
 * @param clientAuthorities issuers of client certificates; if given, a client without one is
 *     refused; null lets everyone in
 */
public record TlsOptions(Path certificateChain, Path privateKey, Path clientAuthorities) {
  public TlsOptions {
    requireNonNull(certificateChain, "certificateChain");
    requireNonNull(privateKey, "privateKey");
  }

  /**
   * What a server shows of itself and asks of clients.
   *
   * @param tls null for clear text
   * @throws IOException if a file cannot be read
   */
  public static ServerCredentials credentials(TlsOptions tls) throws IOException {
    if (tls == null) {
      return InsecureServerCredentials.create();
    }
    TlsServerCredentials.Builder credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(tls.certificateChain.toFile(), tls.privateKey.toFile());
    if (tls.clientAuthorities != null) {
      credentials
          .trustManager(tls.clientAuthorities.toFile())
          .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return credentials.build();
  }
}
