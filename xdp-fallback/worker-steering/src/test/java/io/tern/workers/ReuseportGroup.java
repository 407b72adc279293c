package io.tern.workers;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/** Sockets of one port of the loopback interface, and clients that send to it. */
final class ReuseportGroup implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 5_000;

  private final List<DatagramChannel> sockets = new ArrayList<>();
  private final Selector selector;
  private InetSocketAddress address;

  ReuseportGroup(InetAddress host) throws IOException {
    selector = Selector.open();
    address = new InetSocketAddress(host, 0);
  }

  /** One more socket; its number, from 0. */
  int open() throws IOException {
    DatagramChannel socket = DatagramChannel.open();
    sockets.add(socket);
    socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    socket.configureBlocking(false);
    socket.bind(address);
    socket.register(selector, SelectionKey.OP_READ, sockets.size() - 1);
    address = (InetSocketAddress) socket.getLocalAddress();
    return sockets.size() - 1;
  }

  /** The descriptor of a socket: the JDK has it, and nowhere in its API. */
  int descriptor(int socket) {
    return descriptor(sockets.get(socket));
  }

  static int descriptor(DatagramChannel socket) {
    try {
      Method method = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      method.setAccessible(true);
      return (Integer) method.invoke(socket);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("--add-opens java.base/sun.nio.ch=ALL-UNNAMED", e);
    }
  }

  void close(int socket) throws IOException {
    sockets.get(socket).close();
    // Only now is it closed in the kernel.
    selector.selectNow();
  }

  /** The number of the socket to which a datagram from a new port comes. */
  int receiverOf(byte[] datagram) throws IOException {
    try (DatagramChannel client = DatagramChannel.open()) {
      client.bind(new InetSocketAddress(address.getAddress(), 0));
      return receiverOf(client, datagram);
    }
  }

  int receiverOf(DatagramChannel client, byte[] datagram) throws IOException {
    client.send(ByteBuffer.wrap(datagram), address);
    if (selector.select(PATIENCE_MILLIS) != 1) {
      throw new IOException("no socket got the datagram, or more than one");
    }
    SelectionKey key = selector.selectedKeys().iterator().next();
    selector.selectedKeys().clear();
    ByteBuffer in = ByteBuffer.allocate(datagram.length + 1);
    ((DatagramChannel) key.channel()).receive(in);
    if (!in.flip().equals(ByteBuffer.wrap(datagram))) {
      throw new IOException("another datagram came");
    }
    return (Integer) key.attachment();
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel socket : sockets) {
      socket.close();
    }
    selector.close();
  }
}
