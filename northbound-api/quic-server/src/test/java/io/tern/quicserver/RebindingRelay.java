package io.tern.quicserver;

import io.tern.cid.ConnectionId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A NAT between one client and the server that can rebind, and an observer that sees what any
 * device on the way can see: CIDs in long headers with their length, and in short headers without.
 */
final class RebindingRelay implements AutoCloseable {
  private final InetSocketAddress server;
  private final int cidLength;
  private final DatagramSocket inside = loopbackSocket();
  private final Queue<ConnectionId> shortHeaderCids = new ConcurrentLinkedQueue<>();
  private final Queue<ConnectionId> serverSourceCids = new ConcurrentLinkedQueue<>();
  private volatile DatagramSocket outside;
  private volatile SocketAddress client;

  /** A relay to this server, whose CIDs have this length. */
  RebindingRelay(InetSocketAddress server, int cidLength) throws IOException {
    this.server = server;
    this.cidLength = cidLength;
    rebind();
    start("relay-inside", this::fromClient);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) inside.getLocalSocketAddress();
  }

  /** From now on the client has another port, as the server sees it. */
  void rebind() throws IOException {
    DatagramSocket before = outside;
    DatagramSocket next = loopbackSocket();
    outside = next;
    start("relay-outside", () -> fromServer(next));
    if (before != null) {
      before.close();
    }
  }

  /** The DCIDs of the client's short headers, in their order. */
  List<ConnectionId> shortHeaderCids() {
    return List.copyOf(shortHeaderCids);
  }

  /** The SCIDs of the server's long headers, in their order. */
  Collection<ConnectionId> serverSourceCids() {
    return List.copyOf(serverSourceCids);
  }

  private void fromClient() throws IOException {
    byte[] buffer = new byte[65_536];
    while (true) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      inside.receive(packet);
      client = packet.getSocketAddress();
      if (packet.getLength() > cidLength && !isLongHeader(buffer)) {
        shortHeaderCids.add(ConnectionId.of(buffer, 1, cidLength));
      }
      outside.send(copy(packet, server));
    }
  }

  private void fromServer(DatagramSocket socket) throws IOException {
    byte[] buffer = new byte[65_536];
    while (true) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      socket.receive(packet);
      if (isLongHeader(buffer)) {
        // RFC 8999, section 5.1: form, version, DCID length and DCID, SCID length and SCID.
        int scidLengthAt = 6 + (buffer[5] & 0xff);
        serverSourceCids.add(
            ConnectionId.of(buffer, scidLengthAt + 1, buffer[scidLengthAt] & 0xff));
      }
      inside.send(copy(packet, client));
    }
  }

  private static boolean isLongHeader(byte[] packet) {
    return (packet[0] & 0x80) != 0;
  }

  private static DatagramPacket copy(DatagramPacket packet, SocketAddress to) {
    byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
    return new DatagramPacket(octets, octets.length, to);
  }

  private static DatagramSocket loopbackSocket() throws SocketException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void start(String name, Pump pump) {
    Thread thread =
        new Thread(
            () -> {
              try {
                pump.run();
              } catch (IOException closed) {
                // The socket was closed under the thread: that is how it ends.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    inside.close();
    outside.close();
  }
}
