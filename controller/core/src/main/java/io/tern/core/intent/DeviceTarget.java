package io.tern.core.intent;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rule for where a device's P4Runtime server listens. */
final class DeviceTarget {
  private static final Pattern TARGET =
      Pattern.compile("(?:\\[(?<v6>[^\\]]*)]|(?<host>[^:]*)):(?<port>[0-9]{1,5})");

  private static final String LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";

  /** RFC 1123, section 2.1. */
  private static final Pattern HOST_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  private static final int MAX_HOST_NAME = 253;

  /**
   * A last label of digits makes it an IPv4 address, or nothing: top-level domains have letters.
   */
  private static final Pattern LIKE_IPV4 = Pattern.compile("(.*\\.)?[0-9]+");

  private DeviceTarget() {}

  /** True for "host:port", "v4:port" and "[v6]:port", port 1 to 65535; nothing is resolved. */
  static boolean isLegal(String target) {
    Matcher parts = TARGET.matcher(target);
    if (!parts.matches()) {
      return false;
    }
    int port = Integer.parseInt(parts.group("port"));
    return port >= 1
        && port <= 65_535
        && (parts.group("v6") == null
            ? isHost(parts.group("host"))
            : parts.group("v6").contains(":") && isAddress(parts.group("v6")));
  }

  private static boolean isHost(String host) {
    return LIKE_IPV4.matcher(host).matches()
        ? isAddress(host)
        : host.length() <= MAX_HOST_NAME && HOST_NAME.matcher(host).matches();
  }

  private static boolean isAddress(String text) {
    try {
      Endpoint.parseAddress(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
