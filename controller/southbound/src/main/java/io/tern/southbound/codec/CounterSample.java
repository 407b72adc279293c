package io.tern.southbound.codec;

import static java.util.Objects.requireNonNull;

import io.tern.core.entry.TableEntry;
import java.util.List;

/**
 * Counters of a device at one reading. Cells that a device does not tell of are not there.
 *
 * @param direct counters of table entries
 * @param indirect cells of indirect counters
 */
public record CounterSample(List<Direct> direct, List<Cell> indirect) {

  /** Packets and octets that hit an entry. */
  public record Direct(TableEntry.Key key, long packets, long bytes) {
    public Direct {
      requireNonNull(key, "key");
    }
  }

  /** Packets and octets of one cell. */
  public record Cell(int counterId, long index, long packets, long bytes) {}

  public CounterSample {
    direct = List.copyOf(direct);
    indirect = List.copyOf(indirect);
  }
}
