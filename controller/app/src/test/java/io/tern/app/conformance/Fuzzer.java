package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.RandomIntents;
import io.tern.core.oracle.Decision;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.RandomFrames;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;

/**
 * Holds a target against the oracle: random intents, planned and loaded, and random frames. The
 * same seed makes the same intents and frames, whatever the target.
 */
final class Fuzzer {
  private static final String DEVICE = "leaf";
  private static final int SHRINKING_TRIES = 5_000;
  private static final DeviceCapabilities CAPABILITIES = DeviceCapabilities.ofContract();

  private final FuzzTarget target;
  private final long seed;
  private final Map<Reason, Long> seen = new EnumMap<>(Reason.class);
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
  void run(int frames, int framesPerIntent) {
    Random random = new Random(seed);
    for (int done = 0; done < frames; done += framesPerIntent) {
      int count = Math.min(framesPerIntent, frames - done);
      FuzzCase next = randomCase(new Random(random.nextLong()), count);
      if (disagreement(next, true).isPresent()) {
        throw new AssertionError(report(next));
      }
    }
  }

  /** How many frames had each reason. */
  Map<Reason, Long> seen() {
    return new EnumMap<>(seen);
  }

  /** One line of what the frames were like. */
  String summary() {
    return "frames by reason %s, %d of them migrated, %d copied to the controller"
        .formatted(seen, migrated, copies);
  }

  private static FuzzCase randomCase(Random random, int frames) {
    Intent intent = withoutEcho(new RandomIntents(random).changes(80).intent());
    RandomFrames source = new RandomFrames(intent, random);
    List<Arrival> arrivals = new ArrayList<>();
    long micros = 1;
    for (int i = 0; i < frames; i++) {
      Frame frame = random.nextInt(3) == 0 ? source.damaged() : source.whole();
      arrivals.add(new Arrival(random.nextInt(20), frame, micros));
    }
    return new FuzzCase(intent, DEVICE, arrivals);
  }

  /** Plans have no entries for it. */
  private static Intent withoutEcho(Intent intent) {
    try {
      return IntentChanges.updateDevice(intent, intent.devices().get(DEVICE).withAnswerEcho(false));
    } catch (IntentException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<String> disagreement(FuzzCase fuzzCase, boolean count) {
    DevicePlan plan = new Planner().plan(fuzzCase.intent(), fuzzCase.deviceId(), CAPABILITIES);
    Expectation oracle = new Expectation(fuzzCase.intent(), fuzzCase.deviceId(), CAPABILITIES);
    target.load(plan);
    List<Arrival> arrivals = fuzzCase.arrivals();
    for (int from = 0; from < arrivals.size(); from += target.batch()) {
      List<Arrival> batch =
          arrivals.subList(from, Math.min(arrivals.size(), from + target.batch()));
      Observed expected = oracle.process(batch);
      Optional<String> difference = oracle.difference(expected, target.process(batch));
      if (difference.isPresent()) {
        return difference;
      }
      if (count) {
        oracle.decisions().forEach(this::count);
      }
    }
    return Optional.empty();
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
    Intent intent = smallest.intent();
    StringJoiner text = new StringJoiner("\n");
    text.add("the oracle and the switch disagree (-Dtern.fuzz.seed=" + seed + ")");
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
    text.add(disagreement(smallest, false).orElse("does not fail again"));
    return text.toString();
  }
}
