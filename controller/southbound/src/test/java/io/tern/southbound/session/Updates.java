package io.tern.southbound.session;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.codec.EntityCodec;
import java.util.List;
import java.util.stream.IntStream;

/** Updates to write. */
final class Updates {
  static final int TABLE = 1;

  private Updates() {}

  /** Inserts of entries with the keys {@code from} (included) to {@code to} (excluded). */
  static List<Update> inserts(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            key ->
                Update.newBuilder()
                    .setType(Update.Type.INSERT)
                    .setEntity(
                        EntityCodec.toEntity(
                            new TableEntry(
                                new TableEntry.Key(TABLE, List.of(Bits.of(key))),
                                new TableEntry.Action(1, List.of()))))
                    .build())
        .toList();
  }

  /** The key of an entry that {@link #inserts} made. */
  static int keyOf(Update update) {
    return Bits.of(
            update.getEntity().getTableEntry().getMatch(0).getExact().getValue().toByteArray())
        .toBigInteger()
        .intValueExact();
  }
}
