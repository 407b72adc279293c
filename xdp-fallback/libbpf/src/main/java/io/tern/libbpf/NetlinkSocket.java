package io.tern.libbpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * A netlink socket. Messages are whole, with their headers, in the machine's byte order. For one
 * thread at a time.
 */
public final class NetlinkSocket implements AutoCloseable {
  /** Routing, addresses, links, neighbours. */
  public static final int ROUTE = 0;

  private static final int ROOM = 1 << 16;

  private final Resource resource;
  private final ByteBuffer received =
      ByteBuffer.allocateDirect(ROOM).order(ByteOrder.nativeOrder());

  private NetlinkSocket(int fd) {
    this.resource = Resource.descriptor(this, "netlink socket", fd);
  }

  /**
   * Opens a socket.
   *
   * @param groups multicast groups that it listens to, one bit each; 0 for none
   */
  public static NetlinkSocket open(int protocol, int groups) {
    return new NetlinkSocket(Native.netlinkOpen(protocol, groups));
  }

  /** Sends the octets of a direct buffer from 0 to its position. */
  public void send(ByteBuffer message) {
    Native.netlinkSend(resource.fd(), message, message.position());
  }

  /**
   * Waits for a datagram, which may have several messages.
   *
   * @return valid until the next call; empty if none came in time
   * @throws BpfException ENOBUFS (105) if the kernel had more to say than there was room for
   */
  public ByteBuffer receive(Duration patience) {
    int length =
        Native.netlinkReceive(
            resource.fd(), received, ROOM, (int) Math.min(patience.toMillis(), Integer.MAX_VALUE));
    return received.slice(0, length).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    resource.close();
  }
}
