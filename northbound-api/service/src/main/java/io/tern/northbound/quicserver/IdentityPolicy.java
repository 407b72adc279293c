package io.tern.northbound.quicserver;

import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.ApiErrors;
import java.util.Set;

/** Decides who may do what, by the identity of the peer. Implementations are thread-safe. */
public interface IdentityPolicy {
  /**
   * Lets {@code peer} have the configuration of {@code backend}, keys included, or throws.
   *
   * @throws io.grpc.StatusRuntimeException PERMISSION_DENIED
   */
  void checkBackend(PeerIdentity peer, BackendKey backend);

  /**
   * Lets {@code peer} read and change resources, or throws.
   *
   * @throws io.grpc.StatusRuntimeException PERMISSION_DENIED
   */
  void checkOperator(PeerIdentity peer);

  /** Everyone may do everything: for a server that only its own host can reach. */
  static IdentityPolicy allowAll() {
    return new IdentityPolicy() {
      @Override
      public void checkBackend(PeerIdentity peer, BackendKey backend) {}

      @Override
      public void checkOperator(PeerIdentity peer) {}
    };
  }

  /**
   * Goes by client certificates. One that names backends is a QUIC server's: it gets the
   * configuration of these, and nothing else. Any other one is an operator's: it may do everything
   * but see a configuration, because keys are in it.
   *
   * @see PeerIdentity how a certificate names a backend
   */
  static IdentityPolicy byCertificate() {
    return new IdentityPolicy() {
      @Override
      public void checkBackend(PeerIdentity peer, BackendKey backend) {
        String name = ResourceNames.backendName(backend);
        if (!peer.backends().contains(name)) {
          throw ApiErrors.denied(
              "CERTIFICATE_NAMES_OTHER_BACKEND",
              "the client certificate names "
                  + (peer.backends().isEmpty() ? "no backend" : list(peer.backends()))
                  + "; the configuration of "
                  + name
                  + " needs one with the URI SAN "
                  + PeerIdentity.URI_PREFIX
                  + name);
        }
      }

      @Override
      public void checkOperator(PeerIdentity peer) {
        if (!peer.backends().isEmpty()) {
          throw ApiErrors.denied(
              "CERTIFICATE_IS_A_BACKENDS",
              "the client certificate is that of "
                  + list(peer.backends())
                  + ", which may read its own configuration and nothing else");
        }
      }

      private String list(Set<String> names) {
        return String.join(", ", names);
      }
    };
  }
}
