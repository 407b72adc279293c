package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.MeterRates;
import io.tern.proto.p4.v1.MeterConfig;

/** Reads the configuration of two-rate three-colour meters (section 9.4). */
final class MeterRatesCodec {

  private MeterRatesCodec() {}

  /**
   * Reads a configuration.
   *
   * @param where what the meter belongs to; its {@code toString} is used for the error only
   * @throws P4RuntimeException INVALID_ARGUMENT with the value that is wrong
   */
  static MeterRates decode(MeterConfig config, Object where) {
    requireNotNegative(config.getCir(), "cir", where);
    requireNotNegative(config.getCburst(), "cburst", where);
    requireNotNegative(config.getPir(), "pir", where);
    requireNotNegative(config.getPburst(), "pburst", where);
    if (config.getPir() < config.getCir()) {
      throw P4RuntimeException.invalidArgument(
          "%s: pir %d is below cir %d", where, config.getPir(), config.getCir());
    }
    if (config.getEburst() != 0) {
      throw P4RuntimeException.invalidArgument(
          "%s: eburst %d is for single-rate meters only, this one has two rates",
          where, config.getEburst());
    }
    return new MeterRates(config.getCir(), config.getCburst(), config.getPir(), config.getPburst());
  }

  /** For entities whose meter is not configured: null, all packets are green. */
  static MeterRates decodeOrNull(MeterConfig config, Object where) {
    return config == null ? null : decode(config, where);
  }

  private static void requireNotNegative(long value, String name, Object where) {
    if (value < 0) {
      throw P4RuntimeException.invalidArgument("%s: %s %d is negative", where, name, value);
    }
  }

  /** Colour counters are a choice of the target; this one has none. */
  static P4RuntimeException noColourCounters(Object where) {
    return P4RuntimeException.unimplemented(
        "%s: meters of this switch do not count by colour", where);
  }
}
