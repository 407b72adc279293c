package io.tern.app.serve;

import static java.util.Objects.requireNonNull;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Times the calls of the northbound API: {@code tern.northbound.calls}, tags {@code method} and
 * {@code code}. A call that its client gives up is counted when the server ends it; a stream counts
 * for as long as it is open. Thread-safe.
 */
final class CallMetrics implements ServerInterceptor {
  private final MeterRegistry registry;

  CallMetrics(MeterRegistry registry) {
    this.registry = requireNonNull(registry, "registry");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Timer.Sample sample = Timer.start(registry);
    String method = call.getMethodDescriptor().getFullMethodName();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            sample.stop(
                registry.timer(
                    "tern.northbound.calls", "method", method, "code", status.getCode().name()));
            super.close(status, trailers);
          }
        },
        headers);
  }
}
