package io.tern.core.planner;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.core.planner.Operation.DeleteCloneSession;
import io.tern.core.planner.Operation.DeleteEntry;
import io.tern.core.planner.Operation.DeleteGroup;
import io.tern.core.planner.Operation.InsertCloneSession;
import io.tern.core.planner.Operation.InsertEntry;
import io.tern.core.planner.Operation.InsertGroup;
import io.tern.core.planner.Operation.ModifyCloneSession;
import io.tern.core.planner.Operation.ModifyEntry;
import io.tern.core.planner.Operation.ModifyGroup;
import io.tern.core.planner.Operation.SetDefaultAction;
import io.tern.core.planner.PlanChange.TableChange;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What leads from the state of a device to its plan, make before break.
 *
 * <p>Guarantee: if the stages are written in order, and the operations of a stage in any order,
 * then at no time does an entry refer to a backend, a multicast group or a clone session that the
 * device does not have, nor a group to a replica, no backend gets translated packets before its
 * answers find the way back, and a VIP sends to a pool only when all slots and CID configurations
 * that the plan has for the pool are there. This holds as long as every operation succeeds; {@link
 * Rollout} keeps it when some do not.
 *
 * @param stages in the order in which they must be written; none is empty
 */
public record Difference(List<Stage> stages) {

  /** Which part of the way. The order of the constants is the order of writing. */
  public enum Step {
    /** Before a backend gets translated packets, so that its answers find the way back. */
    MAKE_RETURN_PATHS,
    /** Before the groups whose copies they rewrite. */
    MAKE_REPLICAS,
    /** Multicast groups and clone sessions. */
    MAKE_GROUPS,
    MAKE_BACKENDS,
    /** Server IDs, fallback slots, and which backends are remembered. */
    MAKE_ROUTES,
    MAKE_CID_CONFIGS,
    /** VIPs, ICMP echo, and copies for the controller. */
    MAKE_VIPS,
    /** L2 entries and the default action of L2. */
    MAKE_L2,
    BREAK_L2,
    BREAK_VIPS,
    BREAK_CID_CONFIGS,
    BREAK_ROUTES,
    BREAK_BACKENDS,
    BREAK_GROUPS,
    BREAK_REPLICAS,
    BREAK_RETURN_PATHS
  }

  /**
   * Operations that may be written in any order, or at once.
   *
   * @param step which part of the way
   * @param operations at least one
   */
  public record Stage(Step step, List<Operation> operations) {
    public Stage {
      operations = List.copyOf(operations);
    }
  }

  public Difference {
    stages = List.copyOf(stages);
  }

  /** See {@link DevicePlan#diff}. Entries of tables that the contract does not have stay. */
  static Difference between(DeviceState actual, DevicePlan plan) {
    Map<Step, List<Operation>> steps = new EnumMap<>(Step.class);
    entries(actual, plan, steps);
    groups(actual, plan, steps);
    cloneSessions(actual, plan, steps);
    new TreeMap<>(plan.defaultActions())
        .forEach(
            (tableId, action) -> {
              Action before = actual.defaultActions().get(tableId);
              if (!action.equals(before)) {
                add(
                    steps,
                    Step.MAKE_L2,
                    new SetDefaultAction(tableId, Optional.ofNullable(before), action));
              }
            });
    List<Stage> stages = new ArrayList<>();
    steps.forEach((step, operations) -> stages.add(new Stage(step, operations)));
    return new Difference(stages);
  }

  private static void entries(
      DeviceState actual, DevicePlan plan, Map<Step, List<Operation>> steps) {
    Map<TableEntry.Key, TableEntry> present = new HashMap<>(2 * actual.entries().size());
    actual.entries().forEach(entry -> present.put(entry.key(), entry));
    for (TableEntry wanted : plan.entries().values()) {
      TableEntry before = present.remove(wanted.key());
      if (before == null) {
        add(steps, making(wanted), new InsertEntry(wanted));
      } else if (!wanted.isReportedAs(before)) {
        add(steps, making(wanted), new ModifyEntry(before, wanted));
      }
    }
    present.values().stream()
        .filter(entry -> Tables.IDS.contains(entry.key().tableId()))
        .sorted(PlannedEntries.ORDER)
        .forEach(entry -> add(steps, breaking(entry), new DeleteEntry(entry)));
  }

  private static void groups(
      DeviceState actual, DevicePlan plan, Map<Step, List<Operation>> steps) {
    SortedMap<Integer, MulticastGroup> surplus = new TreeMap<>();
    actual.groups().forEach(group -> surplus.put(group.id(), group));
    for (MulticastGroup wanted : plan.groups()) {
      MulticastGroup before = surplus.remove(wanted.id());
      if (before == null) {
        add(steps, Step.MAKE_GROUPS, new InsertGroup(wanted));
      } else if (!before.equals(wanted)) {
        add(steps, Step.MAKE_GROUPS, new ModifyGroup(before, wanted));
      }
    }
    surplus.values().forEach(group -> add(steps, Step.BREAK_GROUPS, new DeleteGroup(group)));
  }

  private static void cloneSessions(
      DeviceState actual, DevicePlan plan, Map<Step, List<Operation>> steps) {
    SortedMap<Integer, CloneSession> surplus = new TreeMap<>();
    actual.cloneSessions().forEach(session -> surplus.put(session.id(), session));
    for (CloneSession wanted : plan.cloneSessions()) {
      CloneSession before = surplus.remove(wanted.id());
      if (before == null) {
        add(steps, Step.MAKE_GROUPS, new InsertCloneSession(wanted));
      } else if (!before.equals(wanted)) {
        add(steps, Step.MAKE_GROUPS, new ModifyCloneSession(before, wanted));
      }
    }
    surplus
        .values()
        .forEach(session -> add(steps, Step.BREAK_GROUPS, new DeleteCloneSession(session)));
  }

  private static void add(Map<Step, List<Operation>> steps, Step step, Operation operation) {
    steps.computeIfAbsent(step, s -> new ArrayList<>()).add(operation);
  }

  private static Step making(TableEntry entry) {
    return switch (entry.key().tableId()) {
      case Tables.Backend.ID -> Step.MAKE_BACKENDS;
      case Tables.ReturnPathV4.ID, Tables.ReturnPathV6.ID -> Step.MAKE_RETURN_PATHS;
      case Tables.Replica.ID -> Step.MAKE_REPLICAS;
      case Tables.ServerId.ID, Tables.Fallback.ID, Tables.ServingBackend.ID -> Step.MAKE_ROUTES;
      case Tables.CidConfig.ID -> Step.MAKE_CID_CONFIGS;
      case Tables.VipV4.ID, Tables.VipV6.ID, Tables.EchoV4.ID, Tables.EchoV6.ID, Tables.Punt.ID ->
          Step.MAKE_VIPS;
      default -> Step.MAKE_L2;
    };
  }

  private static Step breaking(TableEntry entry) {
    return switch (making(entry)) {
      case MAKE_RETURN_PATHS -> Step.BREAK_RETURN_PATHS;
      case MAKE_REPLICAS -> Step.BREAK_REPLICAS;
      case MAKE_BACKENDS -> Step.BREAK_BACKENDS;
      case MAKE_ROUTES -> Step.BREAK_ROUTES;
      case MAKE_CID_CONFIGS -> Step.BREAK_CID_CONFIGS;
      case MAKE_VIPS -> Step.BREAK_VIPS;
      default -> Step.BREAK_L2;
    };
  }

  /** True if the device is right already. */
  public boolean isEmpty() {
    return stages.isEmpty();
  }

  /** All operations in order. */
  public List<Operation> operations() {
    return stages.stream().flatMap(stage -> stage.operations().stream()).toList();
  }

  /** How much would be written, and how many fallback slots would move. */
  public PlanChange summary() {
    SortedMap<String, TableChange> tables = new TreeMap<>();
    int other = 0;
    for (Operation operation : operations()) {
      if (operation instanceof InsertEntry insert) {
        count(tables, insert.entry(), 1, 0, 0);
      } else if (operation instanceof ModifyEntry modify) {
        count(tables, modify.after(), 0, 1, 0);
      } else if (operation instanceof DeleteEntry delete) {
        count(tables, delete.entry(), 0, 0, 1);
      } else {
        other++;
      }
    }
    TableChange fallback =
        tables.getOrDefault(TernP4.nameOf(Tables.Fallback.ID), new TableChange(0, 0, 0));
    return new PlanChange(tables, fallback.modifies(), other);
  }

  private static void count(
      SortedMap<String, TableChange> tables,
      TableEntry entry,
      int inserts,
      int modifies,
      int deletes) {
    tables.compute(
        TernP4.nameOf(entry.key().tableId()),
        (name, change) ->
            (change == null ? new TableChange(0, 0, 0) : change).plus(inserts, modifies, deletes));
  }
}
