package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Checksum;
import java.util.List;

/** The program's checksums: verified after parsing, updated before deparsing. */
final class CompiledChecksums {
  private record Compiled(
      ConditionNode condition, CompiledCalculation calculation, int valid, int slot, long mask) {}

  private final Compiled[] verified;
  private final Compiled[] updated;

  CompiledChecksums(Components components) {
    List<Checksum> checksums = components.program().checksums();
    verified =
        checksums.stream()
            .filter(Checksum::verify)
            .map(checksum -> compile(checksum, components))
            .toArray(Compiled[]::new);
    updated =
        checksums.stream()
            .filter(Checksum::update)
            .map(checksum -> compile(checksum, components))
            .toArray(Compiled[]::new);
  }

  private static Compiled compile(Checksum checksum, Components components) {
    return new Compiled(
        components.expressions().condition(checksum.condition()),
        components.calculations()[checksum.calculation().index()],
        components.layout().base(checksum.target().header()),
        components.layout().slot(checksum.target()),
        Layout.mask(checksum.target().width()));
  }

  /** Whether all that apply are right. A checksum in an invalid header does not apply. */
  boolean verify(PacketContext c) {
    boolean right = true;
    for (Compiled checksum : verified) {
      if (c.r[checksum.valid] != 0 && checksum.condition.test(c)) {
        right &= checksum.calculation.output(c) == c.r[checksum.slot];
      }
    }
    return right;
  }

  void update(PacketContext c) {
    for (Compiled checksum : updated) {
      if (checksum.condition.test(c)) {
        c.r[checksum.slot] = checksum.calculation.output(c) & checksum.mask;
      }
    }
  }
}
