package io.tern.core.planner;

import io.tern.core.planner.Difference.Stage;
import io.tern.core.planner.Operation.DeleteCloneSession;
import io.tern.core.planner.Operation.DeleteEntry;
import io.tern.core.planner.Operation.DeleteGroup;
import io.tern.core.planner.Operation.InsertCloneSession;
import io.tern.core.planner.Operation.InsertEntry;
import io.tern.core.planner.Operation.InsertGroup;
import io.tern.core.planner.Operation.ModifyEntry;
import io.tern.core.planner.Operation.ModifyGroup;
import io.tern.core.planner.Operation.SetDefaultAction;
import io.tern.core.planner.References.Kind;
import io.tern.core.planner.References.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a {@link Difference} on a device that may refuse single operations.
 *
 * <p>What leans on something that was refused is withheld, and so is the removal of what a refused
 * operation leaves in use: no packet meets a dangling reference, and everything else goes on. What
 * is withheld shows up again in the next difference.
 *
 * <p>Use: call {@link #next()} until it is empty; after each stage, tell by {@link #refused} which
 * of its operations failed, before the next call. Not thread-safe; good for one difference.
 */
public final class Rollout {
  /** The others are sets of entries, which may be incomplete. */
  private static final Set<Kind> WITHOUT_THEM_THINGS_DANGLE =
      EnumSet.of(Kind.BACKEND, Kind.REPLICA, Kind.RETURN_PATH);

  private final List<Stage> stages;
  private final Set<Reference> missing = new HashSet<>();
  private final Set<Reference> inUse = new HashSet<>();
  private final List<Operation> withheld = new ArrayList<>();
  private int position;
  private boolean unknownDefaultStays;

  public Rollout(Difference difference) {
    this.stages = difference.stages();
  }

  /** The next stage without what must be withheld; empty at the end. */
  public Optional<Stage> next() {
    while (position < stages.size()) {
      Stage stage = stages.get(position++);
      List<Operation> permitted = new ArrayList<>(stage.operations().size());
      for (Operation operation : stage.operations()) {
        if (isSafe(operation)) {
          permitted.add(operation);
        } else {
          withheld.add(operation);
          refused(operation);
        }
      }
      if (!permitted.isEmpty()) {
        return Optional.of(new Stage(stage.step(), permitted));
      }
    }
    return Optional.empty();
  }

  /** Tells that the device refused an operation, or that its fate is unknown. */
  public void refused(Operation operation) {
    if (operation instanceof InsertEntry insert) {
      References.providedBy(insert.entry().key())
          .filter(reference -> WITHOUT_THEM_THINGS_DANGLE.contains(reference.kind()))
          .ifPresent(missing::add);
    } else if (operation instanceof InsertGroup insert) {
      missing.add(References.group(insert.group().id()));
    } else if (operation instanceof InsertCloneSession insert) {
      missing.add(References.cloneSession(insert.session().id()));
    } else if (operation instanceof ModifyEntry modify) {
      inUse.addAll(References.usedBy(modify.before()));
    } else if (operation instanceof DeleteEntry delete) {
      inUse.addAll(References.usedBy(delete.entry()));
    } else if (operation instanceof ModifyGroup modify) {
      inUse.addAll(References.usedBy(modify.before()));
    } else if (operation instanceof DeleteGroup delete) {
      inUse.addAll(References.usedBy(delete.group()));
    } else if (operation instanceof SetDefaultAction set) {
      set.before()
          .ifPresentOrElse(
              before -> inUse.addAll(References.usedBy(before)), () -> unknownDefaultStays = true);
    }
  }

  /** What was withheld so far, for the report. */
  public List<Operation> withheld() {
    return List.copyOf(withheld);
  }

  private boolean isSafe(Operation operation) {
    if (missing.isEmpty() && inUse.isEmpty() && !unknownDefaultStays) {
      return true; // Nothing was refused so far.
    }
    if (operation instanceof InsertEntry insert) {
      return Collections.disjoint(References.neededBy(insert.entry()), missing);
    } else if (operation instanceof ModifyEntry modify) {
      return Collections.disjoint(References.neededBy(modify.after()), missing);
    } else if (operation instanceof SetDefaultAction set) {
      return Collections.disjoint(References.usedBy(set.after()), missing);
    } else if (operation instanceof InsertGroup insert) {
      return Collections.disjoint(References.usedBy(insert.group()), missing);
    } else if (operation instanceof ModifyGroup modify) {
      return Collections.disjoint(References.usedBy(modify.after()), missing);
    } else if (operation instanceof DeleteEntry delete) {
      return References.providedBy(delete.entry().key()).map(r -> !inUse.contains(r)).orElse(true);
    } else if (operation instanceof DeleteGroup delete) {
      return !unknownDefaultStays && !inUse.contains(References.group(delete.group().id()));
    } else if (operation instanceof DeleteCloneSession delete) {
      return !inUse.contains(References.cloneSession(delete.session().id()));
    }
    return true;
  }
}
