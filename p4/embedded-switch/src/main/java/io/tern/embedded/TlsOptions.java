package io.tern.embedded;

import static java.util.Objects.requireNonNull;

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
}
