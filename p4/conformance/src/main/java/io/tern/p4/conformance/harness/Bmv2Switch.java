package io.tern.p4.conformance.harness;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.proto.p4.bm.DataplaneInterfaceGrpc;
import io.tern.proto.p4.bm.PacketStreamRequest;
import io.tern.proto.p4.bm.PacketStreamResponse;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * BMv2's {@code simple_switch_grpc} as a process. Its frames come and go over gRPC instead of
 * network interfaces: that needs no privileges, and the switch says when it has processed all of
 * them. Listens on the loopback address only.
 */
public final class Bmv2Switch implements PacketTarget {
  private static final String PROGRAM = "simple_switch_grpc";
  private static final int CPU_PORT = 255;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final long deviceId;
  private final ManagedChannel p4Runtime;
  private final ManagedChannel dataPlane;

  private Bmv2Switch(Process process, long deviceId, int p4RuntimePort, int dataPlanePort) {
    this.process = process;
    this.deviceId = deviceId;
    this.p4Runtime = loopback(p4RuntimePort);
    this.dataPlane = loopback(dataPlanePort);
  }

  /** The executable, if it is on PATH. */
  public static Optional<Path> executable() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a switch without a program.
   *
   * @param log gets what the switch says
   * @throws IOException if it does not start
   */
  public static Bmv2Switch start(Path executable, Path log) throws IOException {
    // Names an IPC file, too: each instance on a host wants its own.
    long deviceId = ProcessHandle.current().pid();
    int p4RuntimePort;
    int dataPlanePort;
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      p4RuntimePort = first.getLocalPort();
      dataPlanePort = second.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                executable.toString(),
                "--no-p4",
                "--device-id",
                Long.toString(deviceId),
                "--log-console",
                "-L",
                "info",
                "--",
                "--grpc-server-addr",
                "127.0.0.1:" + p4RuntimePort,
                "--dp-grpc-server-addr",
                "127.0.0.1:" + dataPlanePort,
                "--cpu-port",
                Integer.toString(CPU_PORT))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new Bmv2Switch(process, deviceId, p4RuntimePort, dataPlanePort);
  }

  @Override
  public Channel p4Runtime() {
    return p4Runtime;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  /**
   * A stream that has begun here may not have arrived there, and frames that leave before it does
   * are lost. The switch does not say when; but it refuses a second stream beside the first.
   */
  @Override
  public Wire connect() {
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
    p4Runtime.shutdownNow();
    dataPlane.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static ManagedChannel loopback(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private final class PacketStream implements Wire, StreamObserver<PacketStreamResponse> {
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
