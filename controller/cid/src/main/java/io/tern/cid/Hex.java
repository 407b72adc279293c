package io.tern.cid;

import java.util.HexFormat;

/** Reads public values in hexadecimal. Not for keys: the messages quote the text. */
final class Hex {
  private Hex() {}

  static byte[] parse(String what, String text) {
    if (text.length() % 2 != 0) {
      throw new IllegalArgumentException(
          what
              + " '"
              + text
              + "' has "
              + text.length()
              + " hexadecimal digits; octets take two digits each");
    }
    for (int i = 0; i < text.length(); i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        throw new IllegalArgumentException(
            what + " '" + text + "' is not hexadecimal at position " + (i + 1));
      }
    }
    return HexFormat.of().parseHex(text);
  }
}
