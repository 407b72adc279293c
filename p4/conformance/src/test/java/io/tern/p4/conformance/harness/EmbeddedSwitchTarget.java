package io.tern.p4.conformance.harness;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.embedded.port.PacketPort;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The embedded switch with ports in memory, controlled over TCP as by anybody else. */
final class EmbeddedSwitchTarget implements PacketTarget {
  private static final int PORTS = 5;

  private final List<Port> ports = new ArrayList<>();
  private final List<Leaves> left = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore arrived = new Semaphore(0);
  private final EmbeddedSwitch embedded;
  private final ManagedChannel channel;

  EmbeddedSwitchTarget() throws IOException {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .dataPlaneLoader(json -> new InterpretedDataPlane(ProgramReader.read(json)));
    for (int number = 0; number < PORTS; number++) {
      Port port = new Port(number);
      ports.add(port);
      builder.port(number, port);
    }
    embedded = builder.start();
    channel =
        NettyChannelBuilder.forAddress(embedded.grpcAddress().orElseThrow()).usePlaintext().build();
  }

  @Override
  public Channel p4Runtime() {
    return channel;
  }

  @Override
  public long deviceId() {
    return embedded.deviceId();
  }

  @Override
  public Wire connect() {
    left.clear();
    arrived.drainPermits();
    return new Wire() {
      @Override
      public void send(int port, Octets frame) {
        byte[] octets = frame.toByteArray();
        if (!ports.get(port).ingress.offer(octets, 0, octets.length)) {
          throw new IllegalStateException("the switch has no room for a frame at port " + port);
        }
      }

      @Override
      public void await(int count, Duration patience) {
        try {
          if (!arrived.tryAcquire(count, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("not " + count + " frames, but " + left);
          }
          arrived.release(count);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
      }

      @Override
      public List<Leaves> disconnect() {
        try {
          embedded.awaitForwarded();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
        return List.copyOf(left);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    embedded.close();
  }

  private final class Port implements PacketPort {
    private final int number;
    private volatile Ingress ingress;

    Port(int number) {
      this.number = number;
    }

    @Override
    public void start(Ingress to) {
      ingress = to;
    }

    @Override
    public void transmit(byte[] frame, int offset, int length) {
      left.add(new Leaves(number, Octets.of(Arrays.copyOfRange(frame, offset, offset + length))));
      arrived.release();
    }

    @Override
    public void close() {}
  }
}
