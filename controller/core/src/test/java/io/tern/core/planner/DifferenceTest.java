package io.tern.core.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.entry.Bits;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.RandomIntents;
import io.tern.core.planner.Difference.Stage;
import io.tern.core.planner.Difference.Step;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DifferenceTest {
  private static final Planner PLANNER = new Planner();

  private static DevicePlan plan(Intent intent) {
    return PLANNER.plan(intent, "leaf", DeviceCapabilities.ofContract());
  }

  private static List<Operation> shuffled(Stage stage, Random random) {
    List<Operation> operations = new ArrayList<>(stage.operations());
    Collections.shuffle(operations, random);
    return operations;
  }

  @Test
  void anEmptyDeviceIsMadeFromTheBackendsUp() {
    Intent intent =
        new History()
            .leaf()
            .pool("web", 128)
            .vip("v", "192.0.2.1", 443, "web")
            .backend("web", "a", 1)
            .plaintext("web", 0, 3)
            .intent();
    Difference difference = plan(intent).diff(DeviceState.EMPTY);
    assertThat(difference.stages())
        .extracting(Stage::step)
        .containsExactly(
            Step.MAKE_GROUPS,
            Step.MAKE_BACKENDS,
            Step.MAKE_ROUTES,
            Step.MAKE_CID_CONFIGS,
            Step.MAKE_VIPS,
            Step.MAKE_L2);
    assertThat(difference.summary())
        .hasToString(
            "backend +1 ~0 -0, cid_config +1 ~0 -0, echo_v4 +1 ~0 -0, fallback +128 ~0 -0, l2 +2 ~0 -0,"
                + " server_id +1 ~0 -0, vip_v4 +1 ~0 -0, groups and defaults ~2; 0 slots move");
  }

  @Test
  void aDeviceIsTakenApartFromTheVipsDown() {
    History history =
        new History()
            .leaf()
            .pool("web", 128)
            .vip("v", "192.0.2.1", 443, "web")
            .backend("web", "a", 1)
            .plaintext("web", 0, 3);
    DeviceState before = plan(history.intent()).asState();
    history.apply(i -> IntentChanges.deleteVip(i, "v"));
    assertThat(plan(history.intent()).diff(before).stages())
        .extracting(Stage::step)
        .containsExactly(
            Step.BREAK_VIPS, Step.BREAK_CID_CONFIGS, Step.BREAK_ROUTES, Step.BREAK_BACKENDS);
  }

  @Test
  void aDeviceThatIsRightGetsNoWrite() {
    DevicePlan plan = plan(new RandomIntents(new Random(7)).changes(60).intent());
    assertThat(plan.diff(plan.asState()).isEmpty()).isTrue();
    assertThat(plan.diff(plan.asState()).summary()).hasToString("nothing to write");
  }

  @Test
  void theSummaryOfADryRunCountsTheSlotsThatMove() {
    History history =
        new History()
            .leaf()
            .pool("web", 1024)
            .vip("v", "192.0.2.1", 443, "web")
            .backend("web", "a", 1)
            .backend("web", "b", 2);
    DevicePlan now = plan(history.intent());
    DevicePlan then =
        plan(
            history
                .apply(i -> IntentChanges.deleteBackend(i, new BackendKey("web", "b")))
                .intent());
    PlanChange change = then.diff(now.asState()).summary();
    assertThat(change.slotsMoved()).isEqualTo(512);
    assertThat(change.tables())
        .isEqualTo(
            Map.of(
                "backend", new PlanChange.TableChange(0, 0, 1),
                "fallback", new PlanChange.TableChange(0, 512, 0)));
  }

  @Test
  void whatIsNoTableOfTheContractStays() {
    TableEntry foreign =
        new TableEntry(
            new TableEntry.Key(0x02ffffff, List.of(Bits.of(1))),
            new TableEntry.Action(0x01ffffff, List.of()));
    DevicePlan plan = plan(new History().leaf().intent());
    DeviceState state = plan.asState();
    List<TableEntry> entries = new ArrayList<>(state.entries());
    entries.add(foreign);
    assertThat(
            plan.diff(
                    new DeviceState(
                        entries, state.groups(), state.cloneSessions(), state.defaultActions()))
                .isEmpty())
        .isTrue();
  }

  @Test
  void aGroupThatIsNotPlannedGoesLast() {
    DevicePlan plan = plan(new History().leaf().intent());
    DeviceState state = plan.asState();
    List<MulticastGroup> groups = new ArrayList<>(state.groups());
    MulticastGroup surplus = MulticastGroup.ofPorts(9, Set.of(1));
    groups.add(surplus);
    assertThat(
            plan.diff(
                    new DeviceState(
                        state.entries(), groups, state.cloneSessions(), state.defaultActions()))
                .operations())
        .containsExactly(new Operation.DeleteGroup(surplus));
  }

  /** Whatever changes, no prefix of the writes has a dangling reference or a half-served VIP. */
  @Property(tries = 150)
  void nothingDanglesAtAnyMoment(
      @ForAll Random random,
      @ForAll @IntRange(min = 0, max = 60) int first,
      @ForAll @IntRange(min = 1, max = 30) int more) {
    RandomIntents intents = RandomIntents.withEveryOption(random).changes(first);
    DevicePlan before = plan(intents.intent());
    DevicePlan after = plan(intents.changes(more).intent());
    SimulatedDevice device = new SimulatedDevice(before.asState());
    // A served pool that gets its first backend, or loses its last one, cannot do so at a stroke.
    Set<Bits> filling = poolsServedWithoutSlots(before);
    filling.addAll(poolsServedWithoutSlots(after));

    for (Stage stage : after.diff(before.asState()).stages()) {
      for (Operation operation : shuffled(stage, random)) {
        device.apply(operation);
        assertThat(device.dangling()).as("after %s", operation).isEmpty();
        assertThat(device.halfServedVip(filling)).as("after %s", operation).isEmpty();
        assertThat(device.vipWithoutGroup()).as("after %s", operation).isEmpty();
      }
    }

    assertThat(after.diff(device.state()).isEmpty()).isTrue();
  }

  private static Set<Bits> poolsServedWithoutSlots(DevicePlan plan) {
    Set<Bits> pools = new HashSet<>();
    for (TableEntry entry : plan.entries().values()) {
      if (entry.action().actionId() == Actions.SetPool.ID
          || entry.action().actionId() == Actions.SetPoolStateful.ID) {
        pools.add(entry.action().params().get(0));
      }
    }
    for (TableEntry.Key key : plan.entries().keySet()) {
      if (key.tableId() == Tables.Fallback.ID) {
        pools.remove(key.match().get(0));
      }
    }
    return pools;
  }

  /** Even a device that refuses operations at random has no dangling reference at any moment. */
  @Property(tries = 150)
  void refusalsMakeNothingDangle(
      @ForAll Random random,
      @ForAll @IntRange(min = 0, max = 60) int first,
      @ForAll @IntRange(min = 1, max = 30) int more,
      @ForAll @IntRange(min = 1, max = 100) int percentRefused) {
    RandomIntents intents = RandomIntents.withEveryOption(random).changes(first);
    DevicePlan before = plan(intents.intent());
    DevicePlan after = plan(intents.changes(more).intent());
    SimulatedDevice device = new SimulatedDevice(before.asState());

    Rollout rollout = new Rollout(after.diff(before.asState()));
    for (var stage = rollout.next(); stage.isPresent(); stage = rollout.next()) {
      for (Operation operation : shuffled(stage.get(), random)) {
        if (random.nextInt(100) < percentRefused) {
          rollout.refused(operation);
        } else {
          device.apply(operation);
          assertThat(device.dangling()).as("after %s", operation).isEmpty();
        }
      }
    }

    // What was refused or withheld is written by the next round, if the device lets it.
    for (Operation operation : after.diff(device.state()).operations()) {
      device.apply(operation);
      assertThat(device.dangling()).as("after %s", operation).isEmpty();
    }
    assertThat(after.diff(device.state()).isEmpty()).isTrue();
  }

  @Property(tries = 50)
  void aDeviceThatTookEverythingHasWhatWasForeseen(@ForAll Random random) {
    RandomIntents intents = RandomIntents.withEveryOption(random);
    DeviceState before = plan(intents.changes(40).intent()).asState();
    DevicePlan plan = plan(intents.changes(40).intent());
    SimulatedDevice device = new SimulatedDevice(before);

    plan.diff(before).operations().forEach(device::apply);

    DeviceState foreseen = before.after(plan);
    assertThat(foreseen.entries()).containsExactlyInAnyOrderElementsOf(device.state().entries());
    assertThat(foreseen.groups()).containsExactlyInAnyOrderElementsOf(device.state().groups());
    assertThat(foreseen.cloneSessions())
        .containsExactlyInAnyOrderElementsOf(device.state().cloneSessions());
    assertThat(foreseen.defaultActions()).isEqualTo(device.state().defaultActions());
  }

  @Test
  void whatIsInTablesOfNobodyStays() {
    TableEntry foreign =
        new TableEntry(
            new TableEntry.Key(0x02_ff_ff_ff, List.of(Bits.of(1))),
            new TableEntry.Action(Actions.L2Forward.ID, List.of(Bits.of(1))));
    DeviceState before = new DeviceState(List.of(foreign), List.of(), List.of(), Map.of());
    DevicePlan plan = plan(new History().leaf().intent());

    assertThat(before.after(plan).entries()).contains(foreign);
    assertThat(plan.diff(before.after(plan)).isEmpty()).isTrue();
  }

  /** The order in which a map was filled, and the planner's memory, do not show. */
  @Property(tries = 50)
  void equalIntentsHaveEqualPlansInEqualOrder(@ForAll Random random) {
    Intent intent = RandomIntents.withEveryOption(random).changes(50).intent();
    DevicePlan plan = plan(intent);
    DevicePlan fresh = new Planner().plan(intent, "leaf", DeviceCapabilities.ofContract());
    assertThat(fresh).isEqualTo(plan);
    assertThat(List.copyOf(fresh.entries().keySet()))
        .isEqualTo(List.copyOf(plan.entries().keySet()));
    assertThat(List.copyOf(plan.entries().values())).isSortedAccordingTo(PlannedEntries.ORDER);
  }

  /** Two histories that end with the same backends (in any order of creation) share slots alike. */
  @Property(tries = 30)
  void theFallbackDoesNotDependOnTheOrderOfCreation(@ForAll Random random) {
    List<Integer> order = new ArrayList<>(List.of(1, 2, 3, 4, 5));
    assertThat(ownersOfSlots(order)).isEqualTo(ownersOfSlots(shuffledCopy(order, random)));
  }

  private static List<Integer> shuffledCopy(List<Integer> list, Random random) {
    List<Integer> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }

  /** The owners' names by slot. */
  private static Map<Bits, String> ownersOfSlots(List<Integer> order) {
    History history = new History().leaf().pool("web", 512).vip("v", "192.0.2.1", 443, "web");
    order.forEach(n -> history.backend("web", "b" + n, n));
    Map<Bits, String> names = new HashMap<>();
    history.intent().backends().forEach((key, b) -> names.put(Bits.of(b.number()), key.id()));
    Map<Bits, String> owners = new HashMap<>();
    plan(history.intent()).entries().values().stream()
        .filter(entry -> entry.key().tableId() == Tables.Fallback.ID)
        .forEach(
            entry ->
                owners.put(entry.key().match().get(1), names.get(entry.action().params().get(0))));
    assertThat(owners).hasSize(512);
    return owners;
  }
}
