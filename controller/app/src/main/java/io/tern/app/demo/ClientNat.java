package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PacketPort;
import io.tern.embedded.port.PortSelector;
import io.tern.embedded.port.UdpFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The access network of the demo's clients, with a NAT in it, behind one port of the switch.
 *
 * <p>Each client sends to a loopback socket of its own. What arrives there leaves as a frame from
 * the client's public address and port to the VIP; what comes back to that address and port goes to
 * the client. A mapping can be replaced at any moment: what is then sent to the old one is dropped,
 * as a real NAT does it. Thread-safe.
 */
final class ClientNat implements PacketPort, AccessNetwork {
  private static final int MAX_DATAGRAM = 65_535;
  private static final int READS_AT_ONCE = 64;

  private final PortSelector selector;

  @GuardedBy("this")
  private final ByteBuffer in = ByteBuffer.allocate(MAX_DATAGRAM);

  private final AtomicLong unmapped = new AtomicLong();

  @GuardedBy("this")
  private final PublicAddresses addresses;

  @GuardedBy("this")
  private final Map<InetSocketAddress, FrameLine> lineByPublic = new HashMap<>();

  @GuardedBy("this")
  private final List<FrameLine> lines = new ArrayList<>();

  private volatile Ingress ingress;

  /** One client's line. The public address changes under the NAT's lock. */
  private final class FrameLine implements Line {
    private final InetSocketAddress vip;
    private final DatagramChannel inner;
    private volatile InetSocketAddress outer;
    private volatile InetSocketAddress client;

    private FrameLine(InetSocketAddress vip, DatagramChannel inner) {
      this.vip = vip;
      this.inner = inner;
    }

    @Override
    public InetSocketAddress clientSide() throws IOException {
      return (InetSocketAddress) inner.getLocalAddress();
    }

    @Override
    public void rebind() throws IOException {
      map(this, outer.getAddress());
    }

    @Override
    public void changeNetwork() throws IOException {
      map(this, publicHost(vip.getAddress()));
    }
  }

  /**
   * @param selector reads the clients' sockets; stays the caller's
   * @param seed decides the public addresses and ports
   */
  ClientNat(PortSelector selector, long seed) {
    this.selector = requireNonNull(selector, "selector");
    this.addresses = new PublicAddresses(new Random(seed));
  }

  @Override
  public void start(Ingress ingress) {
    this.ingress = requireNonNull(ingress, "ingress");
  }

  @Override
  public Line connect(Endpoint vip) throws IOException {
    DatagramChannel inner = DatagramChannel.open();
    inner.configureBlocking(false);
    inner.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    FrameLine line = new FrameLine(new InetSocketAddress(vip.address(), vip.port()), inner);
    synchronized (this) {
      lines.add(line);
    }
    map(line, publicHost(vip.address()));
    selector.register(inner, channel -> fromClient(line));
    return line;
  }

  /** Frames that came for a public address and port that no client has (any more). */
  long unmapped() {
    return unmapped.get();
  }

  private synchronized void fromClient(FrameLine line) throws IOException {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      in.clear();
      InetSocketAddress from = (InetSocketAddress) line.inner.receive(in);
      if (from == null) {
        return;
      }
      line.client = from;
      byte[] payload = new byte[in.position()];
      in.flip().get(payload);
      byte[] frame =
          new UdpFrame(
                  DemoAddresses.SWITCH.value(),
                  DemoAddresses.NAT.value(),
                  line.outer,
                  line.vip,
                  payload)
              .encode();
      ingress.offer(frame, 0, frame.length);
    }
  }

  @Override
  public void transmit(byte[] frame, int offset, int length) {
    UdpFrame packet = UdpFrame.decode(frame, offset, length);
    FrameLine line;
    synchronized (this) {
      line = packet == null ? null : lineByPublic.get(packet.destination());
    }
    if (line == null || line.client == null || !packet.source().equals(line.vip)) {
      unmapped.incrementAndGet();
      return;
    }
    try {
      line.inner.send(ByteBuffer.wrap(packet.payload()), line.client);
    } catch (IOException e) {
      // The client has gone: its line loses packets, like any other.
      unmapped.incrementAndGet();
    }
  }

  private synchronized void map(FrameLine line, InetAddress address) throws IOException {
    if (line.outer != null) {
      // What the client has sent by now still has the old mapping.
      fromClient(line);
    }
    InetSocketAddress fresh;
    do {
      fresh = new InetSocketAddress(address, addresses.port());
    } while (lineByPublic.containsKey(fresh));
    if (line.outer != null) {
      lineByPublic.remove(line.outer);
    }
    lineByPublic.put(fresh, line);
    line.outer = fresh;
  }

  private synchronized InetAddress publicHost(InetAddress vip) {
    return addresses.host(vip);
  }

  @Override
  public synchronized void close() {
    for (FrameLine line : lines) {
      try {
        line.inner.close();
      } catch (IOException e) {
        throw new IllegalStateException("a datagram socket always closes", e);
      }
    }
  }
}
