package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import io.tern.p4.contract.Reason;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Anything with a P4Runtime server: switch, XDP agent, embedded switch.
 *
 * @param id last part of the resource name
 * @param target where its P4Runtime server listens, "host:port" or "[v6]:port"; unique
 * @param deviceId P4Runtime device_id, unsigned, not 0
 * @param mac source MAC address of L2-forwarded packets; empty: the original one stays
 * @param stations data-plane port by MAC address, for traffic that is no VIP's
 * @param tunnelSourceV4 outer source address of its tunnels to IPv4 backends, unicast
 * @param tunnelSourceV6 outer source address of its tunnels to IPv6 backends, unicast
 * @param answerEcho whether it answers ICMP echo requests to the addresses of the VIPs that it
 *     serves
 * @param steerOnly a real server: it sends on what a CID names another backend in, and of every VIP
 *     the rest stays with it; see {@link Vip#at}
 * @param copies which packets it copies to the controller; see {@link CopyPolicy#check(Reason)}
 * @param createTime when the store accepted it
 */
public record Device(
    String id,
    String target,
    long deviceId,
    Optional<MacAddress> mac,
    Map<MacAddress, Integer> stations,
    Optional<InetAddress> tunnelSourceV4,
    Optional<InetAddress> tunnelSourceV6,
    boolean answerEcho,
    boolean steerOnly,
    Map<Reason, CopyPolicy> copies,
    Instant createTime) {
  private static final int OCTETS_V4 = 4;
  private static final int OCTETS_V6 = 16;

  public Device {
    Ids.check("device", id);
    requireNonNull(target, "target");
    if (deviceId == 0) {
      throw new IllegalArgumentException("P4Runtime device ID must not be 0");
    }
    requireNonNull(mac, "mac");
    stations = Map.copyOf(stations);
    stations.values().forEach(DevicePorts::check);
    tunnelSourceV4.ifPresent(Device::checkTunnelSourceV4);
    tunnelSourceV6.ifPresent(Device::checkTunnelSourceV6);
    copies = Map.copyOf(copies);
    copies.keySet().forEach(CopyPolicy::check);
    requireNonNull(createTime, "createTime");
  }

  /** A device without tunnels and copies, which balances and answers ICMP echo requests. */
  public Device(
      String id,
      String target,
      long deviceId,
      Optional<MacAddress> mac,
      Map<MacAddress, Integer> stations,
      Instant createTime) {
    this(
        id,
        target,
        deviceId,
        mac,
        stations,
        Optional.empty(),
        Optional.empty(),
        true,
        false,
        Map.of(),
        createTime);
  }

  /**
   * Returns {@code address} if it may be the source of tunnels to IPv4 backends.
   *
   * @throws IllegalArgumentException if not
   */
  public static InetAddress checkTunnelSourceV4(InetAddress address) {
    return checkTunnelSource(address, OCTETS_V4);
  }

  /**
   * Returns {@code address} if it may be the source of tunnels to IPv6 backends.
   *
   * @throws IllegalArgumentException if not
   */
  public static InetAddress checkTunnelSourceV6(InetAddress address) {
    return checkTunnelSource(address, OCTETS_V6);
  }

  private static InetAddress checkTunnelSource(InetAddress address, int octets) {
    boolean rightFamily = address.getAddress().length == octets;
    if (!rightFamily || !Endpoint.isUnicast(address) || address.isLinkLocalAddress()) {
      throw new IllegalArgumentException(
          "tunnel source is "
              + Endpoint.text(address)
              + "; it must be an "
              + (octets == OCTETS_V4 ? "IPv4" : "IPv6")
              + " address of one host, and not link-local");
    }
    return address;
  }

  /** The same device with other tunnel sources. */
  public Device withTunnelSources(Optional<InetAddress> v4, Optional<InetAddress> v6) {
    return new Device(
        id, target, deviceId, mac, stations, v4, v6, answerEcho, steerOnly, copies, createTime);
  }

  /** The same device, which answers ICMP echo requests to VIPs or not. */
  public Device withAnswerEcho(boolean answerEcho) {
    return new Device(
        id,
        target,
        deviceId,
        mac,
        stations,
        tunnelSourceV4,
        tunnelSourceV6,
        answerEcho,
        steerOnly,
        copies,
        createTime);
  }

  /** The same device as a real server, or as one that balances. */
  public Device withSteerOnly(boolean steerOnly) {
    return new Device(
        id,
        target,
        deviceId,
        mac,
        stations,
        tunnelSourceV4,
        tunnelSourceV6,
        answerEcho,
        steerOnly,
        copies,
        createTime);
  }

  /** The same device with other copies. */
  public Device withCopies(Map<Reason, CopyPolicy> copies) {
    return new Device(
        id,
        target,
        deviceId,
        mac,
        stations,
        tunnelSourceV4,
        tunnelSourceV6,
        answerEcho,
        steerOnly,
        copies,
        createTime);
  }
}
