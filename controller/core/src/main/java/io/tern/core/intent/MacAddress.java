package io.tern.core.intent;

import java.util.regex.Pattern;

/**
 * 48-bit unicast MAC address.
 *
 * @param value the address in the low 48 bits; not zero, group bit clear
 */
public record MacAddress(long value) {
  private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

  public MacAddress {
    if (value <= 0 || value >>> 48 != 0 || (value >>> 40 & 1) != 0) {
      throw new IllegalArgumentException(text(value) + " is no unicast MAC address");
    }
  }

  /**
   * Parses "02:00:00:00:00:01".
   *
   * @throws IllegalArgumentException if it is not six octets in hexadecimal, or not unicast
   */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no MAC address; write it as 02:00:00:00:00:01");
    }
    return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
  }

  @Override
  public String toString() {
    return text(value);
  }

  private static String text(long value) {
    return String.format(
        "%02x:%02x:%02x:%02x:%02x:%02x",
        value >>> 40,
        value >>> 32 & 0xff,
        value >>> 24 & 0xff,
        value >>> 16 & 0xff,
        value >>> 8 & 0xff,
        value & 0xff);
  }
}
