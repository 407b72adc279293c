package io.tern.agent.plane;

import java.net.InetAddress;
import java.util.Optional;

/** Finds the MAC addresses of next hops, for backends whose entries leave them open. */
public interface NextHops {
  /**
   * The MAC addresses on the way.
   *
   * @param destination of the next hop
   * @param source of the interface
   */
  @SuppressWarnings("ArrayRecordComponent") // written to a map once, never compared
  record Way(byte[] destination, byte[] source) {}

  /**
   * Where packets for an address go, if that is known; asks the kernel to find it out if not.
   * Whoever made the data plane calls {@link BpfDataPlane#refreshNextHops} when something has
   * changed.
   */
  Optional<Way> find(InetAddress address, int interfaceIndex);
}
