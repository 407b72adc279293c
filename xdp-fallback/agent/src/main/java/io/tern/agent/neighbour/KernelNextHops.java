package io.tern.agent.neighbour;

import io.tern.agent.plane.NextHops;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.NetlinkSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Next hops as the kernel would use them: its route for the address by the interface, and the
 * neighbour's MAC address. What is not resolved yet the kernel is asked to resolve, and {@link
 * #keepFresh} has it look after all that are in use, as traffic of its own would.
 *
 * <p>Thread-safe.
 */
public final class KernelNextHops implements NextHops, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(KernelNextHops.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int MESSAGE = 12;

  private static final int ROUTE_DESTINATION = 1;
  private static final int ROUTE_INTERFACE = 4;
  private static final int ROUTE_GATEWAY = 5;
  private static final int ROUTE_VIA = 18;

  private static final int NEIGHBOUR_DESTINATION = 1;
  private static final int NEIGHBOUR_MAC = 2;
  private static final int NTF_USE = 1;
  private static final int MAC = 6;

  /** Incomplete, failed, none: what the kernel says of the MAC address is not true then. */
  private static final int USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

  private final NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE, 0);
  private final Set<Hop> inUse = new LinkedHashSet<>();
  private int sequence;

  /** A neighbour at an interface. */
  private record Hop(InetAddress address, int interfaceIndex) {}

  @Override
  public synchronized Optional<Way> find(InetAddress address, int interfaceIndex) {
    try {
      Hop hop = new Hop(gateway(address, interfaceIndex), interfaceIndex);
      inUse.add(hop);
      byte[] destination = mac(hop);
      if (destination == null) {
        resolve(hop);
        return Optional.empty();
      }
      NetworkInterface local = NetworkInterface.getByIndex(interfaceIndex);
      byte[] source = local == null ? null : local.getHardwareAddress();
      return source == null ? Optional.empty() : Optional.of(new Way(destination, source));
    } catch (BpfException | SocketException e) {
      logger.warn("No next hop for {}: {}", address.getHostAddress(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Has the kernel confirm the neighbours that are in use; call it every few seconds. */
  public synchronized void keepFresh() {
    for (Hop hop : inUse) {
      try {
        resolve(hop);
      } catch (BpfException e) {
        logger.debug("Neighbour {}: {}", hop, e.getMessage());
      }
    }
  }

  /** Forgets which neighbours are in use: those that still are will be asked for again. */
  public synchronized void forget() {
    inUse.clear();
  }

  private InetAddress gateway(InetAddress address, int interfaceIndex) {
    byte[] octets = address.getAddress();
    RouteMessage request =
        new RouteMessage(RouteMessage.GET_ROUTE, RouteMessage.REQUEST, ++sequence)
            .route(family(address), 8 * octets.length)
            .attribute(ROUTE_DESTINATION, octets)
            .attribute(ROUTE_INTERFACE, interfaceIndex);
    ByteBuffer answer = ask(request);
    if (answer == null || answer.getShort(4) != RouteMessage.NEW_ROUTE) {
      return address;
    }
    Map<Integer, byte[]> attributes = RouteMessage.attributes(answer, 0, MESSAGE);
    byte[] gateway = attributes.get(ROUTE_GATEWAY);
    byte[] via = attributes.get(ROUTE_VIA);
    try {
      if (gateway != null) {
        return InetAddress.getByAddress(gateway);
      }
      // A gateway of the other family: two octets of family in front.
      return via == null
          ? address
          : InetAddress.getByAddress(java.util.Arrays.copyOfRange(via, 2, via.length));
    } catch (java.net.UnknownHostException e) {
      return address;
    }
  }

  /** Null if it is not known. */
  private byte[] mac(Hop hop) {
    RouteMessage request =
        new RouteMessage(RouteMessage.GET_NEIGHBOUR, RouteMessage.REQUEST, ++sequence)
            .neighbour(family(hop.address()), hop.interfaceIndex(), 0)
            .attribute(NEIGHBOUR_DESTINATION, hop.address().getAddress());
    ByteBuffer answer = ask(request);
    if (answer == null
        || answer.getShort(4) != RouteMessage.NEW_NEIGHBOUR
        || (answer.getShort(RouteMessage.HEADER + 8) & USABLE) == 0) {
      return null;
    }
    byte[] mac = RouteMessage.attributes(answer, 0, MESSAGE).get(NEIGHBOUR_MAC);
    return mac == null || mac.length != MAC ? null : mac;
  }

  private void resolve(Hop hop) {
    RouteMessage request =
        new RouteMessage(
                RouteMessage.NEW_NEIGHBOUR,
                RouteMessage.REQUEST | RouteMessage.CREATE | RouteMessage.ACKNOWLEDGE,
                ++sequence)
            .neighbour(family(hop.address()), hop.interfaceIndex(), NTF_USE)
            .attribute(NEIGHBOUR_DESTINATION, hop.address().getAddress());
    ask(request);
  }

  /** The answer, at 0; null if none came. */
  private ByteBuffer ask(RouteMessage request) {
    socket.send(request.finished());
    ByteBuffer answer = socket.receive(PATIENCE);
    while (answer.capacity() >= RouteMessage.HEADER && answer.getInt(8) != sequence) {
      answer = socket.receive(PATIENCE);
    }
    return answer.capacity() >= RouteMessage.HEADER + MESSAGE ? answer : null;
  }

  private static int family(InetAddress address) {
    return address.getAddress().length == 4 ? AF_INET : AF_INET6;
  }

  @Override
  public synchronized void close() {
    socket.close();
  }
}
