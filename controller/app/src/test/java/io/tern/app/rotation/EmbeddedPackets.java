package io.tern.app.rotation;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.port.PacketPort;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.p4.conformance.harness.PacketTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The embedded switch with ports in memory, controlled over TCP. */
public final class EmbeddedPackets implements PacketTarget {
  private final Map<Integer, Port> ports = new TreeMap<>();
  private final EmbeddedSwitch embedded;
  private final ManagedChannel channel;
  private volatile Arrivals arrivals = new Arrivals();

  private static final class Arrivals {
    private final Collection<Leaves> left = new ConcurrentLinkedQueue<>();
    private final Semaphore count = new Semaphore(0);
  }

  /** A switch without a program that has these ports. */
  public EmbeddedPackets(Collection<Integer> numbers) throws IOException {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    for (int number : numbers) {
      Port port = new Port(number);
      ports.put(number, port);
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
    Arrivals mine = new Arrivals();
    arrivals = mine;
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
          if (!mine.count.tryAcquire(count, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                "of " + count + " frames, " + mine.left.size() + " have left the switch");
          }
          mine.count.release(count);
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
        return List.copyOf(mine.left);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    embedded.close();
    channel.shutdownNow();
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
      Arrivals now = arrivals;
      now.left.add(
          new Leaves(number, Octets.of(Arrays.copyOfRange(frame, offset, offset + length))));
      now.count.release();
    }

    @Override
    public void close() {}
  }
}
