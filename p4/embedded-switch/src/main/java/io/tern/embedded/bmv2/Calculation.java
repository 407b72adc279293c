package io.tern.embedded.bmv2;

import java.math.BigInteger;
import java.util.List;

/** A hash or checksum over parts of the packet; parts of invalid headers are left out. */
public record Calculation(
    int index, String name, HashAlgorithm algorithm, List<Input> inputs, boolean withPayload) {
  /** What goes in, most significant bit first, without padding in between. */
  public sealed interface Input {}

  public record FieldInput(FieldRef field) implements Input {}

  public record ConstantInput(BigInteger value, int width) implements Input {}

  public record HeaderInput(Header header) implements Input {}

  public Calculation {
    inputs = List.copyOf(inputs);
  }
}
