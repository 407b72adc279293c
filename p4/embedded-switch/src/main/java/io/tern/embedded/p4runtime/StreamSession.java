package io.tern.embedded.p4runtime;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.StreamMessageResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The sending side of one controller's stream: a bounded queue between those who notify and a
 * controller that may be slow.
 *
 * <p>Thread-safe; no method blocks or calls gRPC on the caller's thread. Messages leave in the
 * order in which they came. A full queue refuses packets and stream errors; arbitration
 * notifications have room of their own, and a controller that lets even those pile up loses its
 * stream (RESOURCE_EXHAUSTED).
 */
final class StreamSession implements Arbitration.Controller {

  /** Messages of any kind that wait for the controller. */
  static final int CAPACITY = 1024;

  /** What arbitration may use beyond that. */
  static final int ARBITRATION_RESERVE = 256;

  private final ServerCallStreamObserver<StreamMessageResponse> call;
  private final Executor executor;

  @GuardedBy("this")
  private final Deque<StreamMessageResponse> queue = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean draining;

  /** Set once: how the stream ends. */
  @GuardedBy("this")
  private Status end;

  @GuardedBy("this")
  private boolean ended;

  StreamSession(ServerCallStreamObserver<StreamMessageResponse> call, Executor executor) {
    this.call = requireNonNull(call, "call");
    this.executor = requireNonNull(executor, "executor");
  }

  @Override
  public void send(MasterArbitrationUpdate notification) {
    if (!offer(
        StreamMessageResponse.newBuilder().setArbitration(notification).build(),
        CAPACITY + ARBITRATION_RESERVE)) {
      end(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the controller does not read its stream: too many notifications wait"));
    }
  }

  /** Queues a message that may be lost; false if the controller is too slow or gone. */
  boolean offer(StreamMessageResponse message) {
    return offer(message, CAPACITY);
  }

  private boolean offer(StreamMessageResponse message, int capacity) {
    synchronized (this) {
      if (end != null || queue.size() >= capacity) {
        return false;
      }
      queue.add(message);
    }
    schedule();
    return true;
  }

  /** Ends the stream; what waits is discarded if the end is an error. The first end counts. */
  void end(Status status) {
    synchronized (this) {
      if (end != null) {
        return;
      }
      end = status;
      if (!status.isOk()) {
        queue.clear();
      }
    }
    schedule();
  }

  synchronized boolean isEnded() {
    return end != null;
  }

  /** Lets the queue flow; called whenever gRPC takes messages again. */
  void schedule() {
    synchronized (this) {
      if (draining || ended) {
        return;
      }
      draining = true;
    }
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException e) {
      // The server is going down, and the stream with it.
      synchronized (this) {
        draining = false;
      }
    }
  }

  private void drain() {
    while (true) {
      StreamMessageResponse next = null;
      Status finish = null;
      synchronized (this) {
        boolean cancelled = call.isCancelled();
        if (!queue.isEmpty() && !cancelled) {
          if (!call.isReady()) {
            // When gRPC becomes ready it calls schedule, which waits for this monitor.
            draining = false;
            return;
          }
          next = queue.poll();
        } else if (end != null && !ended) {
          ended = true;
          finish = end;
        } else {
          queue.clear();
          draining = false;
          return;
        }
      }
      deliver(next, finish);
    }
  }

  private void deliver(StreamMessageResponse next, Status finish) {
    try {
      if (next != null) {
        call.onNext(next);
      } else if (finish.isOk()) {
        call.onCompleted();
      } else {
        call.onError(finish.asRuntimeException());
      }
    } catch (StatusRuntimeException | IllegalStateException e) {
      // The controller went away meanwhile; its cancellation tells the device.
      synchronized (this) {
        queue.clear();
      }
    }
  }
}
