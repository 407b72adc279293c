package io.tern.northbound.quicserver;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.tern.northbound.error.ApiErrors;
import io.tern.proto.v1.QuicServerServiceGrpc;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Finds out who calls, and lets only operators use the resource services. Reflection and health are
 * for everyone who may connect; the stream for QUIC servers checks the backend itself.
 */
public final class IdentityInterceptor implements ServerInterceptor {
  private static final String PACKAGE = "tern.v1.";
  private static final Set<String> FOR_BACKENDS = Set.of(QuicServerServiceGrpc.SERVICE_NAME);

  private final IdentityPolicy policy;

  public IdentityInterceptor(IdentityPolicy policy) {
    this.policy = requireNonNull(policy, "policy");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    PeerIdentity peer = identify(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    String service = String.valueOf(call.getMethodDescriptor().getServiceName());
    if (service.startsWith(PACKAGE) && !FOR_BACKENDS.contains(service)) {
      policy.checkOperator(peer);
    }
    return Contexts.interceptCall(
        Context.current().withValue(PeerIdentity.KEY, peer), call, headers, next);
  }

  private static PeerIdentity identify(SSLSession session) {
    if (session == null) {
      return PeerIdentity.ANONYMOUS;
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? PeerIdentity.of(certificate)
          : PeerIdentity.ANONYMOUS;
    } catch (SSLPeerUnverifiedException e) {
      return PeerIdentity.ANONYMOUS; // TLS without a client certificate.
    } catch (CertificateParsingException e) {
      throw ApiErrors.denied(
          "CERTIFICATE_UNREADABLE",
          "the alternative names of the client certificate are malformed");
    }
  }
}
