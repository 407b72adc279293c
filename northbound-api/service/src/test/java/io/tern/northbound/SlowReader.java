package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Reads a stream one message at a time, when the test says so. */
final class SlowReader<Q, A> implements ClientResponseObserver<Q, A> {
  private final BlockingQueue<A> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Status> end = new LinkedBlockingQueue<>();
  private volatile ClientCallStreamObserver<Q> call;

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> call) {
    this.call = call;
    call.disableAutoRequestWithInitial(0);
  }

  /** Takes the next message; waits for it. */
  A read() throws InterruptedException {
    call.request(1);
    A message = messages.poll(30, TimeUnit.SECONDS);
    assertThat(message).as("message of the stream (end: %s)", end).isNotNull();
    return message;
  }

  /** Asks for a message, without waiting. */
  void request() {
    call.request(1);
  }

  boolean hasReceived() {
    return !messages.isEmpty();
  }

  Status awaitEnd() throws InterruptedException {
    Status status = end.poll(30, TimeUnit.SECONDS);
    assertThat(status).as("end of the stream").isNotNull();
    return status;
  }

  void leave() {
    call.cancel("the test has seen enough", null);
  }

  @Override
  public void onNext(A message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable failure) {
    end.add(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    end.add(Status.OK);
  }
}
