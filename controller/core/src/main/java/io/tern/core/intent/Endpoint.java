package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IPv4 or IPv6 address and UDP port. Host names are refused: nothing here asks a resolver.
 *
 * @param address IPv4 or IPv6
 * @param port 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
  private static final byte[] BROADCAST = {-1, -1, -1, -1};
  private static final String OCTET = "(0|[1-9][0-9]{0,2})";
  private static final Pattern V4 =
      Pattern.compile(OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
  private static final Pattern V6 = Pattern.compile("(?=.*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

  public Endpoint {
    requireNonNull(address, "address");
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + "; it must be 1 to 65535");
    }
    if (!isUnicast(address)) {
      throw new IllegalArgumentException(
          "address " + address.getHostAddress() + " is no unicast address of one host");
    }
  }

  static boolean isUnicast(InetAddress address) {
    byte[] octets = address.getAddress();
    // "This network" and limited broadcast, RFC 6890, section 2.2.2.
    boolean special = octets.length == 4 && (octets[0] == 0 || Arrays.equals(octets, BROADCAST));
    return !special && !address.isAnyLocalAddress() && !address.isMulticastAddress();
  }

  /**
   * An endpoint from an address literal.
   *
   * @throws IllegalArgumentException if {@code address} is no IPv4 or IPv6 literal
   */
  public static Endpoint of(String address, int port) {
    return new Endpoint(parseAddress(address), port);
  }

  /**
   * Parses an address literal.
   *
   * @throws IllegalArgumentException if {@code text} is no IPv4 or IPv6 literal
   */
  public static InetAddress parseAddress(String text) {
    try {
      // With a colon in it InetAddress parses and never asks a resolver; the rest is parsed here,
      // because it would ask one for "1.2.3.256", and take "1.2" and "010.0.0.1" for what some
      // programs take for another address.
      return V6.matcher(text).matches()
          ? InetAddress.getByName(text)
          : InetAddress.getByAddress(parseV4(text));
    } catch (UnknownHostException e) {
      throw noLiteral(text);
    }
  }

  private static byte[] parseV4(String text) {
    Matcher octets = V4.matcher(text);
    if (!octets.matches()) {
      throw noLiteral(text);
    }
    byte[] address = new byte[4];
    for (int i = 0; i < 4; i++) {
      int octet = Integer.parseInt(octets.group(i + 1));
      if (octet > 255) {
        throw noLiteral(text);
      }
      address[i] = (byte) octet;
    }
    return address;
  }

  private static IllegalArgumentException noLiteral(String text) {
    return new IllegalArgumentException("\"" + text + "\" is no IPv4 or IPv6 address literal");
  }

  /** True for IPv6. */
  public boolean isV6() {
    return address.getAddress().length == 16;
  }

  /** The address as RFC 5952 writes it: "192.0.2.1" or "2001:db8::1". */
  public String addressText() {
    return text(address);
  }

  /** An address as RFC 5952 writes it: "192.0.2.1" or "2001:db8::1". */
  public static String text(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 16 ? v6Text(octets) : address.getHostAddress();
  }

  /** Lower case, no leading zeros, the first of the longest runs of zero groups as "::". */
  private static String v6Text(byte[] octets) {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (octets[2 * i] & 0xff) << 8 | (octets[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1; // RFC 5952, section 4.2.2: one group alone is not shortened.
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
            .append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** "192.0.2.1:443" or "[2001:db8::1]:443". */
  @Override
  public String toString() {
    return (isV6() ? "[" + addressText() + "]" : addressText()) + ":" + port;
  }
}
