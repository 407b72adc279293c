package io.tern.p4.conformance.link;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.tern.p4.conformance.fixture.Octets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A Linux network interface at the far end of a port, by a packet socket (packet(7)); wants
 * CAP_NET_RAW. The layouts are those of 64-bit Linux.
 *
 * <p>The kernel takes the outer VLAN tag out of a frame that it receives and hands it over beside
 * the frame: it is put back. Frames that this host sends by the interface are not seen.
 */
public final class InterfaceLink implements Link {
  private static final int IFF_UP = 1;
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int ETH_P_ALL = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_AUXDATA = 8;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int PACKET_MR_PROMISC = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final short POLLIN = 1;
  private static final int EINTR = 4;

  private static final int SOCKADDR_LL = 20;
  private static final int PACKET_MREQ = 16;
  private static final int RECEIVE_BUFFER = 4 << 20;
  private static final int FRAME = 1 << 16;
  private static final int CONTROL = 256;

  /** struct msghdr. */
  private static final int MSGHDR = 56;

  /** struct cmsghdr, behind which the data begin. */
  private static final int CMSGHDR = 16;

  /** struct tpacket_auxdata: offsets of the status, the tag, and the tag's EtherType. */
  private static final int TP_STATUS = 0;

  private static final int TP_VLAN_TCI = 16;
  private static final int TP_VLAN_TPID = 18;
  private static final int TP_STATUS_VLAN_VALID = 1 << 4;
  private static final int TP_STATUS_VLAN_TPID_VALID = 1 << 6;

  private static final int MAC_ADDRESSES = 12;
  private static final int ETHERNET = 14;

  /** EtherTypes of tags that the kernel takes out. */
  private static final Set<Integer> VLAN_TAGS = Set.of(0x8100, 0x88a8);

  /** Ethernet header, tag, and the EtherType behind it. */
  private static final int TAGGED = 20;

  private final String name;
  private final int socket;
  private final int mtu;
  private volatile boolean closed;
  private Thread thread;

  private InterfaceLink(String name, int socket, int mtu) {
    this.name = name;
    this.socket = socket;
    this.mtu = mtu;
  }

  /**
   * Opens an interface that is up.
   *
   * @throws IOException if there is no such interface, it is down, or this may not open packet
   *     sockets
   */
  public static InterfaceLink open(String name) throws IOException {
    // Java's own list has only interfaces with an IP address.
    Path found = Path.of("/sys/class/net", name);
    if (name.contains("/") || !Files.isDirectory(found)) {
      throw new IOException("there is no network interface '" + name + "'");
    }
    if ((Integer.decode(text(found, "flags")) & IFF_UP) == 0) {
      throw new IOException(
          "network interface '" + name + "' is down: ip link set " + name + " up");
    }
    int index = Integer.parseInt(text(found, "ifindex"));
    return new InterfaceLink(name, bound(name, index), Integer.parseInt(text(found, "mtu")));
  }

  private static String text(Path found, String attribute) throws IOException {
    return Files.readString(found.resolve(attribute)).strip();
  }

  private static int bound(String name, int index) throws IOException {
    PacketSocketApi libc = PacketSocketApi.Holder.LIBC;
    int socket;
    try {
      // Without a protocol nothing arrives before bind: no frame of another interface.
      socket = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    } catch (LastErrorException e) {
      throw new IOException(
          "no packet socket (" + e.getMessage() + "): run as root, or with CAP_NET_RAW", e);
    }
    try {
      option(socket, SOL_PACKET, PACKET_AUXDATA, 1);
      option(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      option(socket, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
      try (Memory membership = new Memory(PACKET_MREQ);
          Memory address = new Memory(SOCKADDR_LL)) {
        membership.clear();
        membership.setInt(0, index);
        membership.setShort(4, (short) PACKET_MR_PROMISC);
        libc.setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, PACKET_MREQ);
        address.clear();
        address.setShort(0, (short) AF_PACKET);
        address.setShort(2, Short.reverseBytes((short) ETH_P_ALL));
        address.setInt(4, index);
        libc.bind(socket, address, SOCKADDR_LL);
      }
      return socket;
    } catch (LastErrorException e) {
      libc.close(socket);
      throw new IOException("no packet socket at '" + name + "': " + e.getMessage(), e);
    }
  }

  private static void option(int socket, int level, int option, int value) {
    try (Memory memory = new Memory(Integer.BYTES)) {
      memory.setInt(0, value);
      PacketSocketApi.Holder.LIBC.setsockopt(socket, level, option, memory, Integer.BYTES);
    }
  }

  @Override
  public void start(Consumer<Octets> receiver) {
    thread = new Thread(() -> receive(receiver), "frames at " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void receive(Consumer<Octets> receiver) {
    try (Memory frame = new Memory(FRAME);
        Memory control = new Memory(CONTROL);
        Memory vector = new Memory(16);
        Memory header = new Memory(MSGHDR);
        Memory waiting = new Memory(8)) {
      vector.setPointer(0, frame);
      vector.setLong(8, FRAME);
      waiting.setInt(0, socket);
      waiting.setShort(4, POLLIN);
      while (!closed) {
        // Long enough to cost nothing, short enough that close() does not wait.
        if (readable(waiting)) {
          header.clear();
          header.setPointer(16, vector);
          header.setLong(24, 1);
          header.setPointer(32, control);
          header.setLong(40, CONTROL);
          int length = (int) PacketSocketApi.Holder.LIBC.recvmsg(socket, header, MSG_DONTWAIT);
          receiver.accept(whole(frame.getByteArray(0, length), control, header.getLong(40)));
        }
      }
    } catch (LastErrorException e) {
      if (!closed) {
        throw new IllegalStateException("no frames from '" + name + "': " + e.getMessage(), e);
      }
    }
  }

  private static boolean readable(Memory waiting) {
    try {
      return PacketSocketApi.Holder.LIBC.poll(waiting, 1, 100) > 0;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == EINTR) {
        return false;
      }
      throw e;
    }
  }

  /** The frame as it was on the wire. */
  private static Octets whole(byte[] frame, Memory control, long controlLength) {
    Octets octets = Octets.of(frame);
    if (controlLength < CMSGHDR + TP_VLAN_TPID + 2
        || control.getInt(8) != SOL_PACKET
        || control.getInt(12) != PACKET_AUXDATA) {
      return octets;
    }
    int status = control.getInt(CMSGHDR + TP_STATUS);
    if ((status & TP_STATUS_VLAN_VALID) == 0) {
      return octets;
    }
    int tagControl = control.getShort(CMSGHDR + TP_VLAN_TCI);
    int tagProtocol =
        (status & TP_STATUS_VLAN_TPID_VALID) == 0
            ? 0x8100
            : control.getShort(CMSGHDR + TP_VLAN_TPID);
    return octets
        .first(MAC_ADDRESSES)
        .then(
            Octets.number(tagProtocol, 2),
            Octets.number(tagControl, 2),
            octets.from(MAC_ADDRESSES));
  }

  @Override
  public void send(Octets frame) throws IOException {
    try (Memory memory = new Memory(frame.length())) {
      memory.write(0, frame.toByteArray(), 0, frame.length());
      long sent = PacketSocketApi.Holder.LIBC.send(socket, memory, frame.length(), 0);
      if (sent != frame.length()) {
        throw new IOException("'" + name + "' took " + sent + " octets of " + frame.length());
      }
    } catch (LastErrorException e) {
      throw new IOException(
          "'" + name + "' takes no frame of " + frame.length() + " octets: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<String> obstacleFor(Octets frame) {
    if (frame.length() < ETHERNET) {
      return Optional.of("a frame without a whole Ethernet header, which Linux does not send");
    }
    int etherType = (int) frame.from(MAC_ADDRESSES).first(2).toNumber();
    if (VLAN_TAGS.contains(etherType) && frame.length() < TAGGED) {
      return Optional.of("a frame that ends in its outer VLAN tag, which Linux does not receive");
    }
    return frame.length() <= ETHERNET + mtu
        ? Optional.empty()
        : Optional.of("a frame longer than the MTU of " + name + ", which is " + mtu);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        if (thread != null) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      PacketSocketApi.Holder.LIBC.close(socket);
    }
  }
}
