package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A NAT of ordinary UDP sockets, for a host to which all of {@link PublicAddresses} belong: each
 * mapping is a socket with a public address and port, connected to the VIP.
 *
 * <p>A socket whose mapping was replaced stays open and unread to the end, so that the host drops
 * what still comes to it, as a NAT does, and does not answer with an ICMP error.
 */
final class SocketNat implements AccessNetwork {
  private static final int MAX_DATAGRAM = 65_535;
  private static final int READS_AT_ONCE = 64;
  private static final int BIND_ATTEMPTS = 16;

  private final PortSelector selector;

  @GuardedBy("this")
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);

  @GuardedBy("this")
  private final PublicAddresses addresses;

  @GuardedBy("this")
  private final List<DatagramChannel> sockets = new ArrayList<>();

  /**
   * @param selector reads the sockets; stays the caller's
   * @param seed decides the public addresses and ports
   */
  SocketNat(PortSelector selector, long seed) {
    this.selector = requireNonNull(selector, "selector");
    this.addresses = new PublicAddresses(new Random(seed));
  }

  @Override
  public Line connect(Endpoint vip) throws IOException {
    SocketLine line =
        new SocketLine(
            new InetSocketAddress(vip.address(), vip.port()),
            open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    line.changeNetwork();
    selector.register(line.inner, socket -> line.fromClient());
    return line;
  }

  private final class SocketLine implements Line {
    private final InetSocketAddress vip;
    private final DatagramChannel inner;
    private DatagramChannel outer;
    private InetSocketAddress client;

    SocketLine(InetSocketAddress vip, DatagramChannel inner) {
      this.vip = vip;
      this.inner = inner;
    }

    @Override
    public InetSocketAddress clientSide() throws IOException {
      return (InetSocketAddress) inner.getLocalAddress();
    }

    @Override
    public void rebind() throws IOException {
      synchronized (SocketNat.this) {
        map(((InetSocketAddress) outer.getLocalAddress()).getAddress());
      }
    }

    @Override
    public void changeNetwork() throws IOException {
      synchronized (SocketNat.this) {
        map(addresses.host(vip.getAddress()));
      }
    }

    private void map(InetAddress address) throws IOException {
      synchronized (SocketNat.this) {
        if (outer != null) {
          // What the client has sent by now still has the old mapping.
          fromClient();
        }
        DatagramChannel fresh = openPublic(address);
        fresh.connect(vip);
        outer = fresh;
        selector.register(fresh, this::fromVip);
      }
    }

    private void fromClient() throws IOException {
      synchronized (SocketNat.this) {
        for (int i = 0; i < READS_AT_ONCE; i++) {
          buffer.clear();
          InetSocketAddress from = (InetSocketAddress) inner.receive(buffer);
          if (from == null) {
            return;
          }
          client = from;
          buffer.flip();
          outer.write(buffer);
        }
      }
    }

    private void fromVip(DatagramChannel socket) throws IOException {
      synchronized (SocketNat.this) {
        for (int i = 0; i < READS_AT_ONCE; i++) {
          buffer.clear();
          if (socket.read(buffer) <= 0) {
            return;
          }
          if (socket == outer && client != null) {
            buffer.flip();
            inner.send(buffer, client);
          }
        }
      }
    }
  }

  private synchronized DatagramChannel openPublic(InetAddress address) throws IOException {
    BindException taken = null;
    for (int i = 0; i < BIND_ATTEMPTS; i++) {
      try {
        return open(new InetSocketAddress(address, addresses.port()));
      } catch (BindException e) {
        taken = e;
      }
    }
    BindException failure =
        new BindException("no free port of " + address.getHostAddress() + ": " + taken);
    failure.initCause(taken);
    throw failure;
  }

  private synchronized DatagramChannel open(InetSocketAddress address) throws IOException {
    DatagramChannel socket =
        DatagramChannel.open(
            address.getAddress().getAddress().length == 4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      socket.configureBlocking(false);
      socket.bind(address);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    sockets.add(socket);
    return socket;
  }

  @Override
  public synchronized void close() throws IOException {
    for (DatagramChannel socket : sockets) {
      socket.close();
    }
  }
}
