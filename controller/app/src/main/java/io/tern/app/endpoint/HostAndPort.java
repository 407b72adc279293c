package io.tern.app.endpoint;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Socket addresses on the command line: {@code 127.0.0.1:9559}, {@code [::1]:9559}, {@code
 * localhost:0}.
 */
public final class HostAndPort implements ITypeConverter<InetSocketAddress> {
  private static final Pattern TEXT = Pattern.compile("(.*):([^:\\]]*)");
  private static final Pattern V6 = Pattern.compile("\\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)]");
  private static final Pattern NAME = Pattern.compile("[^:\\[\\]\\s]+");

  /**
   * Reads an address; a name is resolved, and its first address taken.
   *
   * @throws IllegalArgumentException what is wrong and what would be right
   */
  public static InetSocketAddress parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw wrong(text, "the port is missing");
    }
    InetAddress host = host(text, matcher.group(1));
    return new InetSocketAddress(host, port(text, matcher.group(2)));
  }

  private static InetAddress host(String text, String host) {
    Matcher v6 = V6.matcher(host);
    if (host.isEmpty()) {
      throw wrong(text, "the host is missing");
    } else if (!v6.matches() && !NAME.matcher(host).matches()) {
      throw wrong(text, "an IPv6 address stands in brackets, and a host name has no spaces");
    }
    try {
      // All addresses of a name would be asked for here only to take the first.
      return InetAddress.getAllByName(v6.matches() ? v6.group(1) : host)[0];
    } catch (UnknownHostException e) {
      throw wrong(text, "the host is unknown");
    }
  }

  private static int port(String text, String number) {
    if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) > 65_535) {
      throw wrong(text, "a port is 0 to 65535");
    }
    return Integer.parseInt(number);
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'" + text + "': " + why + "; expected HOST:PORT, e.g. 127.0.0.1:9559 or [::1]:9559");
  }

  @Override
  public InetSocketAddress convert(String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** As {@link #parse} reads it; IPv6 as RFC 5952 writes it. */
  public static String format(InetSocketAddress address) {
    String host = NetUtil.toAddressString(address.getAddress());
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
