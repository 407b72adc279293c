package io.tern.app.serve;

import static java.util.Objects.requireNonNull;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Times the calls of the northbound API: {@code tern.northbound.calls}, tags {@code method} and
 * {@code code}. A stream counts when it ends; a call that its client gave up counts as CANCELLED.
 * Thread-safe.
 */
final class CallMetrics implements ServerInterceptor {
  private final MeterRegistry registry;

  CallMetrics(MeterRegistry registry) {
    this.registry = requireNonNull(registry, "registry");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Recording recording = new Recording(call.getMethodDescriptor().getFullMethodName());
    ServerCall<Q, A> timed =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            recording.end(status.getCode());
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(timed, headers)) {
      @Override
      public void onCancel() {
        // Nobody closes a call that has nobody at its other end.
        recording.end(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** One call, counted once. */
  private final class Recording {
    private final String method;
    private final Timer.Sample sample = Timer.start(registry);
    private final AtomicBoolean ended = new AtomicBoolean();

    Recording(String method) {
      this.method = method;
    }

    void end(Status.Code code) {
      if (ended.compareAndSet(false, true)) {
        sample.stop(registry.timer("tern.northbound.calls", "method", method, "code", code.name()));
      }
    }
  }
}
