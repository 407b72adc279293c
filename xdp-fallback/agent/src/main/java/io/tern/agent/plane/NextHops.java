package io.tern.agent.plane;

import java.net.InetAddress;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Finds the MAC addresses of next hops, for backends whose entries leave them open. */
public interface NextHops {
  /**
   * The way to the next hop.
   *
   * @param interfaceIndex where packets leave
   * @param destination MAC address of the next hop
   * @param source MAC address of the interface
   */
  @SuppressWarnings("ArrayRecordComponent") // written to a map once, never compared
  record Way(int interfaceIndex, byte[] destination, byte[] source) {}

  /**
   * Where packets for an address go, if that is known; asks the kernel to find it out if not.
   * Whoever made the data plane calls {@link BpfDataPlane#refreshNextHops} when something has
   * changed.
   *
   * @param wanted index of the interface that the entry names; 0 if it is not there
   * @param isPort whether packets may leave by another interface, if the kernel's routes say so
   */
  Optional<Way> find(InetAddress address, int wanted, IntPredicate isPort);
}
