package io.tern.southbound.packetin;

import static java.util.Objects.requireNonNull;

/**
 * A packet that a device copied to the controller, without its payload.
 *
 * @param deviceId the device
 * @param reason what it counted under there, "fallback_unknown_server", or "unknown"
 * @param ingressPort by which it came
 * @param length octets of the whole packet
 * @param headers its octets up to the end of the UDP header, and the QUIC header as far as RFC 8999
 *     describes it, in hexadecimal
 */
public record PacketSample(
    String deviceId, String reason, int ingressPort, int length, String headers) {
  public PacketSample {
    requireNonNull(deviceId, "deviceId");
    requireNonNull(reason, "reason");
    requireNonNull(headers, "headers");
  }
}
