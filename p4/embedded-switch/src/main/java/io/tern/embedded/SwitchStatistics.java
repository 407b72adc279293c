package io.tern.embedded;

import io.tern.embedded.p4runtime.DeviceStatistics;
import java.util.Map;

/**
 * What a switch has done since it started.
 *
 * @param device the P4Runtime side
 * @param ports by port number
 * @param withoutPort frames that the program sent to a port that is not there
 * @param faults packets that were lost to a fault of the switch itself
 */
public record SwitchStatistics(
    DeviceStatistics device, Map<Integer, PortStatistics> ports, long withoutPort, long faults) {
  public SwitchStatistics {
    ports = Map.copyOf(ports);
  }
}
