package io.tern.benchmark.writes;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.tern.proto.p4.v1.WriteRequest;
import java.util.ArrayList;
import java.util.List;

/** Keeps the Write requests that pass, in the order in which they are sent. Thread-safe. */
final class WriteRecorder implements ClientInterceptor {
  private final List<WriteRequest> requests = new ArrayList<>();

  /** What has passed since the last call. */
  synchronized List<WriteRequest> take() {
    List<WriteRequest> taken = List.copyOf(requests);
    requests.clear();
    return taken;
  }

  private synchronized void keep(WriteRequest request) {
    requests.add(request);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void sendMessage(Q message) {
        if (message instanceof WriteRequest request) {
          keep(request);
        }
        super.sendMessage(message);
      }
    };
  }
}
