package io.tern.benchmark.xdp;

import java.io.IOException;
import java.util.List;

/** Figures in what the kernel and iproute2 say as text. */
final class KernelText {
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
   * The index that {@code ip -o link} begins with.
   *
   * @throws IOException if it says something else
   */
  static int interfaceIndex(String text) throws IOException {
    int colon = text.indexOf(':');
    try {
      return Integer.parseInt(text.substring(0, Math.max(colon, 0)));
    } catch (NumberFormatException e) {
      throw new IOException("no interface, but '" + text.strip() + "'", e);
    }
  }
}
