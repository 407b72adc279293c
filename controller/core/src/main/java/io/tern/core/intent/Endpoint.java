package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * IPv4 or IPv6 address and UDP port. Host names are refused: nothing here asks a resolver.
 *
 * @param address IPv4 or IPv6
 * @param port 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  public Endpoint {
    requireNonNull(address, "address");
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + "; it must be 1 to 65535");
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      throw new IllegalArgumentException(
          "address " + address.getHostAddress() + " is no unicast address of one host");
    }
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
    String problem = "\"" + text + "\" is no IPv4 or IPv6 address literal";
    // InetAddress asks a resolver for anything else; four dotted parts keep "1.2" from meaning
    // 1.0.0.2.
    if (!LITERAL.matcher(text).matches()
        || (!text.contains(":") && text.split("\\.", -1).length != 4)) {
      throw new IllegalArgumentException(problem);
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(problem, e);
    }
  }

  /** True for IPv6. */
  public boolean isV6() {
    return address.getAddress().length == 16;
  }

  /** The address as RFC 5952 writes it: "192.0.2.1" or "2001:db8::1". */
  public String addressText() {
    return isV6() ? v6Text(address.getAddress()) : address.getHostAddress();
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
