package io.tern.benchmark.xdp;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Figures in what the kernel and iproute2 say as text. */
final class KernelText {
  private static final Pattern LINK = Pattern.compile("^(\\d{1,9}): ", Pattern.MULTILINE);

  private KernelText() {}

  /**
   * A figure of {@code /proc/net/snmp}: lines in pairs, names over figures.
   *
   * @throws IOException if it is not there
   */
  static long counter(String text, String protocol, String name) throws IOException {
    List<String> names = null;
    for (String line : text.lines().toList()) {
      if (line.startsWith(protocol + ": ")) {
        List<String> words = List.of(line.split(" +", -1));
        if (names == null) {
          names = words;
        } else {
          int column = names.indexOf(name);
          if (column < 0 || column >= words.size()) {
            break;
          }
          return Long.parseLong(words.get(column));
        }
      }
    }
    throw new IOException("the kernel does not say how many " + protocol + " " + name + " it had");
  }

  /**
   * The index that the line of {@code ip -o link} begins with; warnings may be in front of it.
   *
   * @throws IOException if there is no such line
   */
  static int interfaceIndex(String text) throws IOException {
    Matcher line = LINK.matcher(text);
    if (!line.find()) {
      throw new IOException("no interface, but '" + text.strip() + "'");
    }
    return Integer.parseInt(line.group(1));
  }
}
