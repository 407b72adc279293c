package io.tern.embedded.port;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A host behind a port of the switch: on its other side an ordinary UDP server on this machine,
 * which needs no privileges and does not know that there is a switch.
 *
 * <p>A frame to the host's MAC address and to one of its services becomes a datagram to the server.
 * For each peer in the switch's network the host uses a local socket of its own, so that the server
 * sees another peer when the real one changes its address or port, as it would on a network. What
 * the server answers becomes a frame from the service's address (which may be a VIP: direct server
 * return) to the peer, by way of the gateway's MAC address.
 *
 * <p>Sockets are bounded: beyond {@code maxPeers} the peer that was silent longest loses its own.
 * Thread-safe.
 */
public final class UdpHostPort implements PacketPort {
  /** Enough for a test network, and less than the usual limit on open files. */
  public static final int DEFAULT_MAX_PEERS = 512;

  private static final int MAX_DATAGRAM = 65_535;
  private static final int READS_AT_ONCE = 64;

  private final PortSelector selector;
  private final long mac;
  private final long gatewayMac;
  private final Map<InetSocketAddress, InetSocketAddress> services;
  private final int maxPeers;
  private final ByteBuffer in = ByteBuffer.allocate(MAX_DATAGRAM);
  private final AtomicLong ignored = new AtomicLong();

  @GuardedBy("this")
  private final LinkedHashMap<Path, DatagramChannel> sockets = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private boolean closed;

  private volatile Ingress ingress;

  /** A peer and the service that it talks to, both with addresses of the switch's network. */
  private record Path(InetSocketAddress peer, InetSocketAddress service) {}

  /**
   * @param selector reads the sockets; stays the caller's
   * @param mac the host's own MAC address, 48 bits
   * @param gatewayMac where everything that the host sends goes, 48 bits
   * @param services from the address and port that peers see to that of the server on this machine
   * @param maxPeers sockets at most, at least 1
   */
  public UdpHostPort(
      PortSelector selector,
      long mac,
      long gatewayMac,
      Map<InetSocketAddress, InetSocketAddress> services,
      int maxPeers) {
    this.selector = requireNonNull(selector, "selector");
    this.mac = mac;
    this.gatewayMac = gatewayMac;
    this.services = Map.copyOf(services);
    if (maxPeers < 1) {
      throw new IllegalArgumentException("maxPeers is " + maxPeers + "; it must be at least 1");
    }
    this.maxPeers = maxPeers;
  }

  @Override
  public void start(Ingress ingress) {
    this.ingress = requireNonNull(ingress, "ingress");
  }

  /** Frames that were not for the host, or for none of its services, or that could not be sent. */
  public long ignored() {
    return ignored.get();
  }

  @Override
  public void transmit(byte[] frame, int offset, int length) {
    UdpFrame packet = UdpFrame.decode(frame, offset, length);
    InetSocketAddress server = packet == null ? null : services.get(packet.destination());
    if (server == null || packet.destinationMac() != mac) {
      ignored.incrementAndGet();
      return;
    }
    try {
      DatagramChannel socket = socketFor(new Path(packet.source(), packet.destination()), server);
      if (socket == null || socket.write(ByteBuffer.wrap(packet.payload())) == 0) {
        ignored.incrementAndGet();
      }
    } catch (IOException e) {
      // A host that runs out of sockets or buffers loses packets, like any other.
      ignored.incrementAndGet();
    }
  }

  private synchronized DatagramChannel socketFor(Path path, InetSocketAddress server)
      throws IOException {
    if (closed) {
      return null;
    }
    DatagramChannel socket = sockets.get(path);
    if (socket == null) {
      if (sockets.size() >= maxPeers) {
        Iterator<DatagramChannel> eldest = sockets.values().iterator();
        eldest.next().close();
        eldest.remove();
      }
      socket =
          DatagramChannel.open(
              server.getAddress().getAddress().length == 4
                  ? StandardProtocolFamily.INET
                  : StandardProtocolFamily.INET6);
      socket.configureBlocking(false);
      // Loopback of the server's family: nobody else's datagrams reach the socket.
      socket.connect(server);
      sockets.put(path, socket);
      selector.register(socket, channel -> read(channel, path));
    }
    return socket;
  }

  private void read(DatagramChannel socket, Path path) throws IOException {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      in.clear();
      if (socket.read(in) <= 0) {
        return;
      }
      byte[] payload = new byte[in.position()];
      in.flip().get(payload);
      byte[] frame = new UdpFrame(gatewayMac, mac, path.service(), path.peer(), payload).encode();
      ingress.offer(frame, 0, frame.length);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (DatagramChannel socket : sockets.values()) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException("a datagram socket always closes", e);
      }
    }
    sockets.clear();
  }
}
