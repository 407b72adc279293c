package io.tern.embedded.bmv2;

/**
 * Meters with one or two rates.
 *
 * @param octets whether rates and bursts are in octets instead of packets
 * @param directTarget where a direct meter writes the colour; null for an indirect one
 */
public record MeterArray(
    int index, String name, int size, boolean octets, int rates, FieldRef directTarget) {
  public boolean isDirect() {
    return directTarget != null;
  }
}
