package io.tern.embedded.p4runtime;

import io.grpc.Status;
import io.tern.proto.p4.v1.Index;

/** Which cell of an array an entity means. */
final class Cell {

  private Cell() {}

  /**
   * Checks an index.
   *
   * @param kind of the array, for the error
   * @throws P4RuntimeException INVALID_ARGUMENT (negative) or OUT_OF_RANGE
   */
  static int index(String kind, String name, int size, Index index) {
    long cell = index.getIndex();
    if (cell < 0) {
      throw P4RuntimeException.invalidArgument("%s '%s': index %d is negative", kind, name, cell);
    }
    if (cell >= size) {
      throw new P4RuntimeException(
          Status.Code.OUT_OF_RANGE,
          String.format("%s '%s': index %d, expected 0 to %d", kind, name, cell, size - 1));
    }
    return (int) cell;
  }
}
