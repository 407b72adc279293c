package io.tern.northbound.quicserver;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.northbound.error.Violations;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.stream.IntentStreams;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.StreamQuicServerConfigRequest;

/** Gives each QUIC server its own configuration, and nobody else's. Thread-safe. */
public final class QuicServerServiceImpl extends QuicServerServiceGrpc.QuicServerServiceImplBase {
  private final IntentStreams streams;
  private final IdentityPolicy policy;

  public QuicServerServiceImpl(IntentStreams streams, IdentityPolicy policy) {
    this.streams = requireNonNull(streams, "streams");
    this.policy = requireNonNull(policy, "policy");
  }

  @Override
  public void streamQuicServerConfig(
      StreamQuicServerConfigRequest request, StreamObserver<QuicServerConfig> observer) {
    Violations violations = new Violations();
    BackendKey backend =
        violations.get(violations.parse("backend", () -> Names.backendKey(request.getBackend())));
    // Before the intent is asked: who may not see a backend does not learn whether there is one.
    policy.checkBackend(PeerIdentity.current(), backend);
    streams.serve(observer, new QuicServerProjection(backend), IntentStreams.NEWEST_ONLY);
  }
}
