package io.tern.core.oracle;

import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.MacAddress;
import io.tern.core.oracle.Decision.Output;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** Carries what Tern does not steer. */
final class Layer2 {
  private final Map<MacAddress, Integer> stations;
  private final NavigableSet<Integer> ports;

  Layer2(Intent intent, Device device) {
    this.stations = device.stations();
    this.ports = new TreeSet<>(stations.values());
    intent
        .backends()
        .values()
        .forEach(
            backend ->
                Optional.ofNullable(backend.nextHop().portByDevice().get(device.id()))
                    .ifPresent(ports::add));
  }

  /**
   * Stations get what is for them; the rest is flooded, but not back to where it came from.
   *
   * @param frame with an Ethernet header, at least
   */
  List<Output> carry(int ingressPort, Frame frame) {
    ByteBuffer octets = ByteBuffer.wrap(frame.toByteArray());
    long mac = (octets.getShort(0) & 0xffffL) << 32 | (octets.getInt(2) & 0xffff_ffffL);
    // Not every address of a frame is one that a station can have: compared as numbers.
    for (Map.Entry<MacAddress, Integer> station : stations.entrySet()) {
      if (station.getKey().value() == mac) {
        return List.of(new Output(station.getValue(), frame));
      }
    }
    return ports.stream()
        .filter(port -> port != ingressPort)
        .map(port -> new Output(port, frame))
        .toList();
  }
}
