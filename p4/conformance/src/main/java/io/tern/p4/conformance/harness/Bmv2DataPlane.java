package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.proto.p4.bm.DataplaneInterfaceGrpc;
import io.tern.proto.p4.bm.PacketStreamRequest;
import io.tern.proto.p4.bm.PacketStreamResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * All ports of a {@code simple_switch_grpc} over gRPC ({@code --dp-grpc-server-addr}). The switch
 * ends a stream when it has processed everything that came by it.
 */
public final class Bmv2DataPlane implements AutoCloseable {
  private static final String PROGRAM = "simple_switch_grpc";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ManagedChannel dataPlane;
  private final long deviceId;

  /** The channel is closed with this. */
  public Bmv2DataPlane(ManagedChannel dataPlane, long deviceId) {
    this.dataPlane = requireNonNull(dataPlane, "dataPlane");
    this.deviceId = deviceId;
  }

  /**
   * A stream that has begun here may not have arrived there, and frames that leave before it does
   * are lost. The switch does not say when; but it refuses a second stream beside the first.
   */
  public PacketTarget.Wire connect() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    PacketStream stream = new PacketStream();
    while (System.nanoTime() < deadline) {
      PacketStream second = new PacketStream();
      second.requests.onCompleted();
      second.awaitEnd();
      if (second.refused()) {
        return stream;
      }
      if (stream.refused()) {
        stream = new PacketStream();
      }
    }
    stream.close();
    throw new IllegalStateException(PROGRAM + " takes no stream of packets");
  }

  @Override
  public void close() {
    dataPlane.shutdownNow();
  }

  private final class PacketStream
      implements PacketTarget.Wire, StreamObserver<PacketStreamResponse> {
    private final List<Leaves> left = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Status status = Status.OK;
    private final StreamObserver<PacketStreamRequest> requests;

    PacketStream() {
      requests =
          DataplaneInterfaceGrpc.newStub(dataPlane)
              .withWaitForReady()
              .withDeadlineAfter(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .packetStream(this);
    }

    @Override
    public void send(int port, Octets frame) {
      requests.onNext(
          PacketStreamRequest.newBuilder()
              .setDeviceId(deviceId)
              .setPort(port)
              .setPacket(ByteString.copyFrom(frame.toByteArray()))
              .build());
    }

    @Override
    public void await(int count, Duration patience) {
      within(
          () -> arrived.tryAcquire(count, patience.toMillis(), TimeUnit.MILLISECONDS),
          count + " frames");
      arrived.release(count);
    }

    @Override
    public List<Leaves> disconnect() {
      requests.onCompleted();
      awaitEnd();
      if (!status.isOk()) {
        throw new IllegalStateException(PROGRAM + " ended the stream of packets: " + status);
      }
      return List.copyOf(left);
    }

    @Override
    public void close() {
      if (ended.getCount() > 0) {
        requests.onError(Status.CANCELLED.asRuntimeException());
      }
    }

    boolean refused() {
      return status.getCode() == Status.Code.RESOURCE_EXHAUSTED;
    }

    void awaitEnd() {
      within(
          () -> ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
          "end of the stream of packets");
    }

    private void within(Callable<Boolean> wait, String what) {
      try {
        if (!wait.call()) {
          throw new IllegalStateException(
              "no " + what + " from " + PROGRAM + ", but " + left + "; " + status);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError("waiting throws nothing else", e);
      }
    }

    @Override
    public void onNext(PacketStreamResponse response) {
      left.add(new Leaves(response.getPort(), Octets.of(response.getPacket().toByteArray())));
      arrived.release();
    }

    @Override
    public void onError(Throwable t) {
      status = Status.fromThrowable(t);
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
