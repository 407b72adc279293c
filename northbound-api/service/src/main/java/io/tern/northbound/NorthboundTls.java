package io.tern.northbound;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Files for TLS, PEM.
 *
 * @param certificates the server's certificate chain
 * @param privateKey its private key, PKCS#8, not encrypted
 * @param clientAuthorities certificates of those who issue client certificates; if given, every
 *     client must have one (mTLS)
 */
public record NorthboundTls(Path certificates, Path privateKey, Optional<Path> clientAuthorities) {
  public NorthboundTls {
    requireNonNull(certificates, "certificates");
    requireNonNull(privateKey, "privateKey");
    requireNonNull(clientAuthorities, "clientAuthorities");
  }
}
