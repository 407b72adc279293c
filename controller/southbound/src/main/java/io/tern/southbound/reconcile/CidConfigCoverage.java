package io.tern.southbound.reconcile;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.ResourceNames;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Operation;
import io.tern.core.planner.Unsupported;
import io.tern.p4.contract.TernP4.Tables;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which CID configurations a device lacks, though it serves their pools. Pure. */
final class CidConfigCoverage {
  private CidConfigCoverage() {}

  /**
   * The configurations that the device cannot have, or that miss an entry or a server ID because
   * the device would not take it.
   *
   * @param failed what of {@code plan} is not on the device
   */
  static Set<CidConfigKey> missing(Intent intent, DevicePlan plan, List<Operation> failed) {
    Set<String> unsupported =
        plan.unsupported().stream().map(Unsupported::resource).collect(Collectors.toSet());
    Set<Bits> sidSpaces = new HashSet<>();
    Set<TableEntry.Key> configs = new HashSet<>();
    for (Operation operation : failed) {
      made(operation)
          .ifPresent(
              key -> {
                if (key.tableId() == Tables.CidConfig.ID) {
                  configs.add(key);
                } else if (key.tableId() == Tables.ServerId.ID) {
                  sidSpaces.add(key.match().get(0));
                }
              });
    }
    Set<CidConfigKey> missing = new HashSet<>();
    intent
        .cidConfigs()
        .forEach(
            (key, config) -> {
              int pool = intent.pools().get(key.poolId()).number();
              TableEntry.Key entry =
                  new TableEntry.Key(
                      Tables.CidConfig.ID, List.of(Bits.of(pool), Bits.of(key.codepoint())));
              if (unsupported.contains(ResourceNames.cidConfigName(key))
                  || configs.contains(entry)
                  || sidSpaces.contains(Bits.of(config.sidSpace()))) {
                missing.add(key);
              }
            });
    return missing;
  }

  private static Optional<TableEntry.Key> made(Operation operation) {
    if (operation instanceof Operation.InsertEntry insert) {
      return Optional.of(insert.entry().key());
    } else if (operation instanceof Operation.ModifyEntry modify) {
      return Optional.of(modify.after().key());
    }
    return Optional.empty();
  }
}
