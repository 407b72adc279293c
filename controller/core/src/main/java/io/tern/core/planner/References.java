package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.Optional;

/** Which entries of the contract's tables lean on which others. */
final class References {
  private References() {}

  /** What one entry is or gives, and another leans on. */
  enum Kind {
    BACKEND,
    GROUP,
    POOL,
    SID_SPACE
  }

  record Reference(Kind kind, Bits value) {}

  /** What an entry with this action leans on. */
  static Optional<Reference> usedBy(Action action) {
    return switch (action.actionId()) {
      case Actions.ToBackend.ID, Actions.ToFallbackBackend.ID -> first(Kind.BACKEND, action);
      case Actions.L2Flood.ID -> first(Kind.GROUP, action);
      case Actions.SetPool.ID, Actions.SetPoolSteerOnly.ID -> first(Kind.POOL, action);
      case Actions.DecodePlaintext.ID -> first(Kind.SID_SPACE, action);
      default -> Optional.empty();
    };
  }

  /** What an entry with this key is a part of. */
  static Optional<Reference> providedBy(TableEntry.Key key) {
    return switch (key.tableId()) {
      case Tables.Backend.ID -> Optional.of(new Reference(Kind.BACKEND, key.match().get(0)));
      case Tables.Fallback.ID, Tables.CidConfig.ID ->
          Optional.of(new Reference(Kind.POOL, key.match().get(0)));
      case Tables.ServerId.ID -> Optional.of(new Reference(Kind.SID_SPACE, key.match().get(0)));
      default -> Optional.empty();
    };
  }

  static Reference group(int id) {
    return new Reference(Kind.GROUP, Bits.of(id));
  }

  // The contract lists what an action leans on as its first parameter.
  private static Optional<Reference> first(Kind kind, Action action) {
    return action.params().stream().findFirst().map(value -> new Reference(kind, value));
  }
}
