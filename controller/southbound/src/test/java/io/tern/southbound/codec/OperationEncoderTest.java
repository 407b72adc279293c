package io.tern.southbound.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.entry.Bits;
import io.tern.core.entry.MeterConfig;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.Operation;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperationEncoderTest {
  private static TableEntry slot(int pool, int slot, int backend) {
    return entry(Tables.Fallback.ID, Actions.ToFallbackBackend.ID, backend, pool, slot);
  }

  private static TableEntry entry(int table, int action, int param, int... match) {
    List<Bits> values = new ArrayList<>();
    for (int value : match) {
      values.add(Bits.of(value));
    }
    return new TableEntry(
        new TableEntry.Key(table, values), new TableEntry.Action(action, List.of(Bits.of(param))));
  }

  private static TableEntry copy(int reason, int rate) {
    TableEntry plain = entry(Tables.Punt.ID, Actions.CopyToController.ID, 255, reason);
    return new TableEntry(
        plain.key(), plain.action(), Optional.of(MeterConfig.singleRate(rate, rate)));
  }

  /** Encoded alone, by the codec, and in one list, after whatever came before. */
  @Test
  void writesWhatTheCodecWritesWhateverCameBefore() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int pool = 1 + i / 10 % 2;
      operations.add(new Operation.InsertEntry(slot(pool, i, 7 + i % 3)));
      operations.add(
          new Operation.InsertEntry(entry(Tables.ServerId.ID, Actions.ToBackend.ID, i, pool, i)));
      operations.add(new Operation.ModifyEntry(slot(pool, i, 9), slot(pool, i, 7 + i % 2)));
      operations.add(new Operation.DeleteEntry(slot(pool, i, 9)));
    }
    operations.add(new Operation.InsertEntry(copy(3, 10)));
    operations.add(new Operation.ModifyEntry(copy(3, 10), copy(3, 20)));
    operations.add(new Operation.InsertGroup(MulticastGroup.ofPorts(1, Set.of(2, 3))));

    OperationEncoder encoder = new OperationEncoder();

    assertThat(operations.stream().map(encoder::toUpdate))
        .containsExactlyElementsOf(operations.stream().map(OperationCodec::toUpdate).toList());
  }
}
