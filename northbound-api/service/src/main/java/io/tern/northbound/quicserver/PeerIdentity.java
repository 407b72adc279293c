package io.tern.northbound.quicserver;

import io.grpc.Context;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.mapping.Names;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who the peer of a call is, as its verified client certificate says. Immutable.
 *
 * <p>A certificate names a backend by a URI among its subject alternative names,
 * "tern:///pools/{pool}/backends/{backend}", or, if it has no such URI, by its common name
 * "pools/{pool}/backends/{backend}".
 *
 * @param backends resource names of the backends that it names; empty for none, and without a
 *     certificate
 */
public record PeerIdentity(Set<String> backends) {
  /** What a URI that names a backend begins with. */
  public static final String URI_PREFIX = "tern:///";

  /** No certificate. */
  public static final PeerIdentity ANONYMOUS = new PeerIdentity(Set.of());

  static final Context.Key<PeerIdentity> KEY = Context.keyWithDefault("tern-peer", ANONYMOUS);

  private static final int SAN_URI = 6; // GeneralName, RFC 5280 section 4.2.1.6.

  public PeerIdentity {
    backends = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(backends));
  }

  /** Of the call that this thread works for. */
  public static PeerIdentity current() {
    return KEY.get();
  }

  /**
   * Of a certificate that was verified.
   *
   * @throws CertificateParsingException if its alternative names cannot be read
   */
  static PeerIdentity of(X509Certificate certificate) throws CertificateParsingException {
    Set<String> named = new TreeSet<>();
    boolean hasTernUri = false;
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
      if (Integer.valueOf(SAN_URI).equals(alternative.get(0))
          && alternative.get(1) instanceof String uri
          && uri.startsWith(URI_PREFIX)) {
        hasTernUri = true;
        backendName(uri.substring(URI_PREFIX.length())).ifPresent(named::add);
      }
    }
    if (!hasTernUri) {
      commonName(certificate).flatMap(PeerIdentity::backendName).ifPresent(named::add);
    }
    return new PeerIdentity(named);
  }

  private static Optional<String> backendName(String name) {
    try {
      return Optional.of(ResourceNames.backendName(Names.backendKey(name)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
          return Optional.of(name);
        }
      }
      return Optional.empty();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }
}
