package io.tern.core.oracle;

import io.tern.core.oracle.Decision.Output;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * Carries what Tern does not steer. Immutable. Not every address of a frame is one that a station
 * can have, so addresses are numbers here.
 */
final class Layer2 {
  private final Map<Long, Integer> stations;
  private final Map<Long, List<Integer>> floods;
  private final List<Integer> unknown;

  /**
   * @param stations port by MAC address
   * @param floods ports of each MAC address that goes to several, or none
   * @param unknown ports of all other MAC addresses
   */
  Layer2(Map<Long, Integer> stations, Map<Long, List<Integer>> floods, List<Integer> unknown) {
    this.stations = Map.copyOf(stations);
    this.floods = Map.copyOf(floods);
    this.unknown = List.copyOf(unknown);
  }

  /**
   * Stations get what is for them, and the rest is flooded; nothing goes back to where it came from
   * (IEEE 802.1D).
   *
   * @param frame with an Ethernet header, at least
   */
  List<Output> carry(int ingressPort, Frame frame) {
    ByteBuffer octets = ByteBuffer.wrap(frame.toByteArray());
    long mac = (octets.getShort(0) & 0xffffL) << 32 | (octets.getInt(2) & 0xffff_ffffL);
    Integer station = stations.get(mac);
    if (station != null) {
      return station == ingressPort ? List.of() : List.of(new Output(station, frame));
    }
    return floods.getOrDefault(mac, unknown).stream()
        .filter(port -> port != ingressPort)
        .map(port -> new Output(port, frame))
        .toList();
  }
}
