package io.tern.p4.conformance.link;

import static java.util.Objects.requireNonNull;

import io.tern.p4.conformance.fixture.Octets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.function.Consumer;

/** One frame in each datagram, as the embedded switch has them ({@code tern switch --port}). */
public final class UdpLink implements Link {
  /** Payload of an IPv4 datagram. */
  private static final int MOST = 65_507;

  private static final int RECEIVE_BUFFER = 4 << 20;

  private final DatagramChannel channel;
  private final InetSocketAddress device;

  private UdpLink(DatagramChannel channel, InetSocketAddress device) {
    this.channel = channel;
    this.device = device;
  }

  /**
   * Listens for the device's frames.
   *
   * @param here where the device sends frames to
   * @param device where it takes them
   * @throws IOException if {@code here} cannot be had
   */
  public static UdpLink open(InetSocketAddress here, InetSocketAddress device) throws IOException {
    requireNonNull(device, "device");
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      channel.bind(here);
      return new UdpLink(channel, device);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen at " + here + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void start(Consumer<Octets> receiver) {
    Thread thread = new Thread(() -> receive(receiver), "frames at " + device);
    thread.setDaemon(true);
    thread.start();
  }

  private void receive(Consumer<Octets> receiver) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (true) {
      try {
        buffer.clear();
        if (device.equals(channel.receive(buffer))) {
          byte[] frame = new byte[buffer.flip().remaining()];
          buffer.get(frame);
          receiver.accept(Octets.of(frame));
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // An ICMP error about an earlier datagram: the device is not there yet, or no longer. The
        // rows will say so.
      }
    }
  }

  @Override
  public void send(Octets frame) throws IOException {
    int sent = channel.send(ByteBuffer.wrap(frame.toByteArray()), device);
    if (sent != frame.length()) {
      throw new IOException("no room for a frame to " + device);
    }
  }

  @Override
  public Optional<String> obstacleFor(Octets frame) {
    return frame.length() <= MOST
        ? Optional.empty()
        : Optional.of("a frame longer than a datagram");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It carries nothing any more, closed or not.
    }
  }
}
