package io.tern.agent.neighbour;

import io.tern.agent.plane.NextHops;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.NetlinkSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Next hops as the kernel would use them: its route for the address, and the neighbour's MAC
 * address. What is not resolved yet the kernel is asked to resolve, and {@link #keepFresh} has it
 * look after all that are in use, as traffic of its own would.
 *
 * <p>The interface is the one that the entry names, unless the kernel has a route by another port
 * of this device alone, or a more specific one. An address that no route leads to is a neighbour at
 * the named interface, if somebody answers for it there. What a route forbids has no next hop.
 *
 * <p>Neighbours and interfaces are asked for once until {@link #forget}. Thread-safe.
 */
public final class KernelNextHops implements NextHops, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(KernelNextHops.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int NTF_USE = 1;
  private static final int MAC = 6;

  /** Incomplete, failed, none: what the kernel says of the MAC address is not true then. */
  private static final int USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

  private static final int IFF_UP = 1;
  private static final byte[] NONE = {};

  private final NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE, 0);
  private final Set<Hop> inUse = new LinkedHashSet<>();
  private final Map<Hop, byte[]> neighbours = new HashMap<>();
  private final Map<Integer, byte[]> interfaces = new HashMap<>();
  private int sequence;

  /** A neighbour at an interface. */
  private record Hop(InetAddress address, int interfaceIndex) {}

  @Override
  public synchronized Optional<Way> find(InetAddress address, int wanted, IntPredicate isPort) {
    try {
      Hop hop = hop(address, wanted, isPort);
      if (hop == null) {
        return Optional.empty();
      }
      inUse.add(hop);
      byte[] source = interfaces.computeIfAbsent(hop.interfaceIndex(), this::interfaceMac);
      byte[] destination = neighbours.computeIfAbsent(hop, this::neighbourMac);
      return source.length != MAC || destination.length != MAC
          ? Optional.empty()
          : Optional.of(new Way(hop.interfaceIndex(), destination, source));
    } catch (BpfException e) {
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

  /**
   * Forgets what the kernel said, and which neighbours are in use: those that still are will be
   * asked for again.
   */
  public synchronized void forget() {
    inUse.clear();
    neighbours.clear();
    interfaces.clear();
  }

  /** Null if packets for the address are to go nowhere. */
  private Hop hop(InetAddress address, int wanted, IntPredicate isPort) {
    Route best = route(address, 0, 0);
    if (best.isForbidden()) {
      return null;
    }
    if (best.exists() && best.interfaceIndex() == wanted) {
      return new Hop(best.nextFor(address), wanted);
    }
    boolean byOther = best.exists() && isPort.test(best.interfaceIndex());
    if (wanted != 0 && best.exists()) {
      Route matched = route(address, wanted, RouteMessage.FIB_MATCH);
      if (matched.exists() && !(byOther && isLessSpecific(matched, address))) {
        Route named = route(address, wanted, 0);
        if (named.exists()) {
          return new Hop(named.nextFor(address), wanted);
        }
      }
    }
    if (byOther) {
      return new Hop(best.nextFor(address), best.interfaceIndex());
    }
    return wanted == 0 ? null : new Hop(address, wanted);
  }

  private boolean isLessSpecific(Route route, InetAddress address) {
    return route.prefixLength() < route(address, 0, RouteMessage.FIB_MATCH).prefixLength();
  }

  private Route route(InetAddress address, int interfaceIndex, int flags) {
    byte[] octets = address.getAddress();
    RouteMessage request =
        new RouteMessage(RouteMessage.GET_ROUTE, RouteMessage.REQUEST, ++sequence)
            .route(RouteMessage.family(address), 8 * octets.length, flags)
            .attribute(RouteMessage.ROUTE_DESTINATION, octets);
    if (interfaceIndex != 0) {
      request.attribute(RouteMessage.ROUTE_INTERFACE, interfaceIndex);
    }
    return Route.of(ask(request));
  }

  /** Empty if it is not known; then the kernel is asked to find it out. */
  private byte[] neighbourMac(Hop hop) {
    RouteMessage request =
        new RouteMessage(RouteMessage.GET_NEIGHBOUR, RouteMessage.REQUEST, ++sequence)
            .neighbour(RouteMessage.family(hop.address()), hop.interfaceIndex(), 0)
            .attribute(RouteMessage.NEIGHBOUR_DESTINATION, hop.address().getAddress());
    ByteBuffer answer = ask(request);
    if (answer == null
        || answer.getShort(4) != RouteMessage.NEW_NEIGHBOUR
        || (answer.getShort(RouteMessage.HEADER + 8) & USABLE) == 0) {
      resolve(hop);
      return NONE;
    }
    return RouteMessage.attributes(answer, RouteMessage.NEIGHBOUR)
        .getOrDefault(RouteMessage.NEIGHBOUR_MAC, NONE);
  }

  /** Empty if it has none, or is down. */
  private byte[] interfaceMac(int index) {
    ByteBuffer answer =
        ask(new RouteMessage(RouteMessage.GET_LINK, RouteMessage.REQUEST, ++sequence).link(index));
    if (answer == null
        || answer.getShort(4) != RouteMessage.NEW_LINK
        || (answer.getInt(RouteMessage.HEADER + 8) & IFF_UP) == 0) {
      return NONE;
    }
    return RouteMessage.attributes(answer, RouteMessage.LINK)
        .getOrDefault(RouteMessage.LINK_MAC, NONE);
  }

  private void resolve(Hop hop) {
    RouteMessage request =
        new RouteMessage(
                RouteMessage.NEW_NEIGHBOUR,
                RouteMessage.REQUEST | RouteMessage.CREATE | RouteMessage.ACKNOWLEDGE,
                ++sequence)
            .neighbour(RouteMessage.family(hop.address()), hop.interfaceIndex(), NTF_USE)
            .attribute(RouteMessage.NEIGHBOUR_DESTINATION, hop.address().getAddress());
    ask(request);
  }

  /** The answer, at 0; null if none came. */
  private ByteBuffer ask(RouteMessage request) {
    socket.send(request.finished());
    ByteBuffer answer = socket.receive(PATIENCE);
    while (answer.capacity() >= RouteMessage.HEADER && answer.getInt(8) != sequence) {
      answer = socket.receive(PATIENCE);
    }
    return answer.capacity() >= RouteMessage.HEADER + RouteMessage.ERROR_CODE ? answer : null;
  }

  @Override
  public synchronized void close() {
    socket.close();
  }
}
