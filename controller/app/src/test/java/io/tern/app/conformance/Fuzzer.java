package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Intent;
import io.tern.core.intent.RandomDeployments;
import io.tern.core.oracle.Decision;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.RandomFrames;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;

/**
 * Holds a target against the oracle: random intents, planned and loaded, and random frames. The
 * same seed makes the same intents and frames, whatever the target; only the time-outs of state are
 * long where the target has a clock of its own.
 */
final class Fuzzer {
  private static final String DEVICE = "leaf";
  private static final long SECOND = 1_000_000;
  private static final long CLOCK_RANGE = 1L << 48;

  /** Few enough that there are many intents, enough that their tables are worth the filling. */
  private static final int FRAMES_PER_INTENT = 320;

  private static final int SHRINKING_TRIES = 5_000;
  private static final DeviceCapabilities CAPABILITIES = DeviceCapabilities.ofContract();

  private final FuzzTarget target;
  private final Planner planner = new Planner();
  private final long seed;
  private final Map<Reason, Long> seen = new EnumMap<>(Reason.class);
  private long intents;
  private long migrated;
  private long copies;

  Fuzzer(FuzzTarget target, long seed) {
    this.target = target;
    this.seed = seed;
  }

  /**
   * Compares this many frames.
   *
   * @throws AssertionError at the first disagreement, with the smallest case that shows it
   */
  void run(int frames) {
    Random random = new Random(seed);
    for (int done = 0; done < frames; done += FRAMES_PER_INTENT) {
      int count = Math.min(FRAMES_PER_INTENT, frames - done);
      FuzzCase next = randomCase(new Random(random.nextLong()), count);
      Optional<String> difference = disagreement(next, true);
      if (difference.isPresent()) {
        String first =
            "seed %d, frames %d to %d: %s"
                .formatted(seed, done, done + count - 1, difference.get());
        // Making it smaller takes a while, and the test may end before.
        System.out.println(first);
        throw new AssertionError(
            disagreement(next, false).isPresent()
                ? report(next)
                : first + "\nThe same frames agreed when they came again.");
      }
      intents++;
    }
  }

  /** How many frames had each reason. */
  Map<Reason, Long> seen() {
    return new EnumMap<>(seen);
  }

  /** One line: how many frames were compared, with which seed, and what they were like. */
  String summary() {
    return """
        %,d frames agree with the oracle (seed %d, %,d intents): %,d migrated, \
        %,d for the controller, by reason %s"""
        .formatted(
            seen.values().stream().mapToLong(Long::longValue).sum(),
            seed,
            intents,
            migrated,
            copies,
            seen);
  }

  private FuzzCase randomCase(Random random, int frames) {
    Intent intent = new RandomDeployments(random, !target.followsClock()).next();
    RandomFrames source = new RandomFrames(intent, random);
    List<Arrival> arrivals = new ArrayList<>();
    // Sometimes it wraps around on the way.
    long micros = random.nextInt(4) == 0 ? CLOCK_RANGE - 2 * SECOND : SECOND;
    for (int i = 0; i < frames; i++) {
      Frame frame = random.nextInt(3) == 0 ? source.damaged() : source.whole();
      arrivals.add(new Arrival(random.nextInt(20), frame, micros));
      micros = (micros + pause(random)) % CLOCK_RANGE;
    }
    return new FuzzCase(intent, DEVICE, arrivals);
  }

  /** Some time-outs of state pass in between. */
  private static long pause(Random random) {
    return switch (random.nextInt(30)) {
      case 0 -> random.nextInt(4_000_000);
      case 1 -> 0;
      default -> random.nextInt(20_000);
    };
  }

  private Optional<String> disagreement(FuzzCase fuzzCase, boolean count) {
    return disagreement(fuzzCase, plan(fuzzCase), count);
  }

  private Optional<String> disagreement(FuzzCase fuzzCase, DevicePlan plan, boolean count) {
    Expectation oracle = new Expectation(fuzzCase.intent(), fuzzCase.deviceId(), CAPABILITIES);
    target.load(plan);
    List<Arrival> arrivals = fuzzCase.arrivals();
    for (int from = 0; from < arrivals.size(); from += target.batch()) {
      List<Arrival> batch =
          arrivals.subList(from, Math.min(arrivals.size(), from + target.batch()));
      Observed expected = oracle.process(batch);
      Observed seenNow = target.process(batch);
      Optional<String> difference = oracle.difference(expected, seenNow);
      if (difference.isPresent()) {
        return difference;
      }
      if (count) {
        oracle.decisions().forEach(this::count);
      }
    }
    return Optional.empty();
  }

  private DevicePlan plan(FuzzCase fuzzCase) {
    return planner.plan(fuzzCase.intent(), fuzzCase.deviceId(), CAPABILITIES);
  }

  private void count(Decision decision) {
    seen.merge(decision.reason(), 1L, Long::sum);
    migrated += decision.migratedPool().isPresent() ? 1 : 0;
    copies += decision.copy() != Decision.Copy.NEVER ? 1 : 0;
  }

  private String report(FuzzCase failing) {
    FuzzCase smallest =
        new Shrinker(candidate -> disagreement(candidate, false).isPresent(), SHRINKING_TRIES)
            .shrink(failing);
    Optional<String> difference = disagreement(smallest, false);
    Intent intent = smallest.intent();
    StringJoiner text = new StringJoiner("\n");
    text.add("the oracle and the switch disagree (seed " + seed + ")");
    text.add("intent, keys of encrypted CID configurations left out:");
    intent.devices().values().forEach(device -> text.add("  " + CanonicalForm.of(device)));
    intent.pools().values().forEach(pool -> text.add("  " + CanonicalForm.of(pool)));
    intent.cidConfigs().values().forEach(config -> text.add("  " + CanonicalForm.of(config)));
    intent.backends().values().forEach(backend -> text.add("  " + CanonicalForm.of(backend)));
    intent.vips().values().forEach(vip -> text.add("  " + CanonicalForm.of(vip)));
    text.add("device: " + smallest.deviceId());
    for (Arrival arrival : smallest.arrivals()) {
      text.add(
          "in at port %d, %d us: %s".formatted(arrival.port(), arrival.micros(), arrival.frame()));
    }
    text.add(difference.orElse("does not fail again"));
    text.add("as a row:");
    Expectation oracle = new Expectation(intent, smallest.deviceId(), CAPABILITIES);
    var unused = oracle.process(smallest.arrivals());
    text.add(
        FixtureText.row(
            "found by fuzzing with seed " + seed,
            withoutIdleSlots(smallest),
            smallest.arrivals(),
            oracle.decisions()));
    return text.toString();
  }

  /** The plan without the fallback slots that make no difference to the failure. */
  private DevicePlan withoutIdleSlots(FuzzCase failing) {
    DevicePlan smallest = plan(failing);
    Optional<String> difference = disagreement(failing, smallest, false);
    for (int size = smallest.entries().size() / 2; size > 0; size /= 2) {
      List<TableEntry> slots =
          smallest.entries().values().stream()
              .filter(entry -> entry.key().tableId() == Tables.Fallback.ID)
              .toList();
      for (int from = 0; from < slots.size(); from += size) {
        Map<TableEntry.Key, TableEntry> fewer = new LinkedHashMap<>(smallest.entries());
        slots
            .subList(from, Math.min(slots.size(), from + size))
            .forEach(slot -> fewer.remove(slot.key()));
        DevicePlan candidate = with(smallest, fewer);
        if (disagreement(failing, candidate, false).equals(difference)) {
          smallest = candidate;
        }
      }
    }
    return smallest;
  }

  private static DevicePlan with(DevicePlan plan, Map<TableEntry.Key, TableEntry> entries) {
    return new DevicePlan(
        plan.deviceId(),
        plan.revision(),
        entries,
        plan.groups(),
        plan.cloneSessions(),
        plan.defaultActions(),
        plan.cidConfigs(),
        plan.unsupported());
  }
}
