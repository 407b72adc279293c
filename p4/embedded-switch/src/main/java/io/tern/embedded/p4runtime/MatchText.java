package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.KeyMatch;

/** Matches as people write them, for error messages. */
final class MatchText {

  private MatchText() {}

  static String of(KeyMatch match) {
    if (match instanceof KeyMatch.Exact exact) {
      return "0x" + exact.value().toString(16);
    }
    if (match instanceof KeyMatch.Lpm lpm) {
      return "0x" + lpm.value().toString(16) + "/" + lpm.prefixLength();
    }
    if (match instanceof KeyMatch.Ternary ternary) {
      return "0x" + ternary.value().toString(16) + " &&& 0x" + ternary.mask().toString(16);
    }
    if (match instanceof KeyMatch.Range range) {
      return "0x" + range.low().toString(16) + "..0x" + range.high().toString(16);
    }
    KeyMatch.Optional optional = (KeyMatch.Optional) match;
    return optional.value() == null ? "any" : "0x" + optional.value().toString(16);
  }
}
