package io.tern.app.serve;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * "127.0.0.1:9550", "[::1]:9550", "localhost:0": an address to listen on; port 0 takes a free one.
 */
final class ListenAddress implements ITypeConverter<InetSocketAddress> {
  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]\\s]+)):(\\d{1,5})");

  @Override
  public InetSocketAddress convert(String text) {
    Matcher matcher = TEXT.matcher(text);
    int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : -1;
    if (port < 0 || port > 65_535) {
      throw new TypeConversionException(
          "\"" + text + "\" is no address to listen on; write it as host:port or [v6]:port");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    try {
      // All addresses of a name would be asked for here only to take the first.
      return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    } catch (UnknownHostException e) {
      throw new TypeConversionException("\"" + host + "\" is no host that this one knows");
    }
  }

  /** As {@link #convert} reads it. */
  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
