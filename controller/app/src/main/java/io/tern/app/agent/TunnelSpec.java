package io.tern.app.agent;

import io.netty.util.NetUtil;
import io.tern.agent.plane.TunnelEnd;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tunnel's end on the command line: {@code ipip:192.0.2.7,10.0.0.0/8} or {@code
 * gue:[2001:db8::7]:6080,2001:db8:1::/48}.
 */
final class TunnelSpec {
  private static final Pattern FORMAT =
      Pattern.compile("(ipip|gue):(.+?),([^/,]+)/([0-9]{1,3})", Pattern.DOTALL);
  private static final Pattern GUE = Pattern.compile("\\[?([^\\]]+?)\\]?:([0-9]{1,5})");

  private TunnelSpec() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException what is wrong and what would be right
   */
  static TunnelEnd parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      throw wrong(text, "that is no tunnel");
    }
    String address = matcher.group(2);
    int port = 0;
    if (matcher.group(1).equals("gue")) {
      Matcher gue = GUE.matcher(address);
      if (!gue.matches() || Integer.parseInt(gue.group(2)) < 1) {
        throw wrong(text, "GUE has a port");
      }
      address = gue.group(1);
      port = Integer.parseInt(gue.group(2));
    }
    try {
      return new TunnelEnd(
          numeric(text, address),
          port,
          numeric(text, matcher.group(3)),
          Integer.parseInt(matcher.group(4)));
    } catch (IllegalArgumentException e) {
      throw e.getMessage().startsWith("'") ? e : wrong(text, e.getMessage());
    }
  }

  private static InetAddress numeric(String text, String address) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
    if (octets == null) {
      throw wrong(text, "'" + address + "' is no numeric address");
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses have 4 or 16 octets", e);
    }
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'"
            + text
            + "': "
            + why
            + "; expected ipip:ADDRESS,NETWORK/BITS or gue:ADDRESS:PORT,NETWORK/BITS, e.g."
            + " ipip:192.0.2.7,10.0.0.0/8");
  }
}
