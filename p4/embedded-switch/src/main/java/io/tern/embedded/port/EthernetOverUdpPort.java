package io.tern.embedded.port;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A cable made of UDP: each datagram is one Ethernet frame. Programs in any language can so be
 * hosts of the switch. Datagrams from anyone but the peer are ignored. Thread-safe.
 */
public final class EthernetOverUdpPort implements PacketPort {
  private static final int MAX_FRAME = 65_535;
  private static final int READS_AT_ONCE = 64;

  private final PortSelector selector;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private final ByteBuffer in = ByteBuffer.allocate(MAX_FRAME);
  private final AtomicLong unsent = new AtomicLong();
  private volatile DatagramChannel socket;

  /**
   * @param selector reads the socket; stays the caller's
   * @param local where to receive; port 0 takes a free one
   * @param peer where frames go and come from
   */
  public EthernetOverUdpPort(
      PortSelector selector, InetSocketAddress local, InetSocketAddress peer) {
    this.selector = requireNonNull(selector, "selector");
    this.local = requireNonNull(local, "local");
    this.peer = requireNonNull(peer, "peer");
  }

  @Override
  public void start(Ingress ingress) throws IOException {
    requireNonNull(ingress, "ingress");
    DatagramChannel opened =
        DatagramChannel.open(
            local.getAddress().getAddress().length == 4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      opened.configureBlocking(false);
      opened.bind(local);
    } catch (IOException e) {
      opened.close();
      throw new IOException("cannot receive frames at " + local + ": " + e.getMessage(), e);
    }
    socket = opened;
    selector.register(opened, channel -> read(channel, ingress));
  }

  private void read(DatagramChannel channel, Ingress ingress) throws IOException {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      in.clear();
      SocketAddress from = channel.receive(in);
      if (from == null) {
        return;
      }
      if (from.equals(peer)) {
        ingress.offer(in.array(), 0, in.position());
      }
    }
  }

  /** Where it receives. */
  public InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) socket.getLocalAddress();
  }

  /** Frames that the host's UDP could not take. */
  public long unsent() {
    return unsent.get();
  }

  @Override
  public void transmit(byte[] frame, int offset, int length) {
    DatagramChannel to = socket;
    try {
      if (to == null || to.send(ByteBuffer.wrap(frame, offset, length), peer) == 0) {
        unsent.incrementAndGet();
      }
    } catch (IOException e) {
      // A full buffer or a peer that is not there: a cable loses frames, it does not fail.
      unsent.incrementAndGet();
    }
  }

  @Override
  public void close() {
    DatagramChannel open = socket;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new IllegalStateException("a datagram socket always closes", e);
      }
    }
  }
}
