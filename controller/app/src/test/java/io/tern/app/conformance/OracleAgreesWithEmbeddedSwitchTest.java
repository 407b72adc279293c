package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.app.conformance.ProgrammedPlane.Outcome;
import io.tern.app.conformance.ProgrammedPlane.Sent;
import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Intent;
import io.tern.core.intent.RandomIntents;
import io.tern.core.oracle.Decision;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.Oracle;
import io.tern.core.oracle.RandomFrames;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * The compiled program, with the planner's entries, does to every frame what the oracle says: same
 * reason, same ports, same octets.
 *
 * <p>Every run takes frames of its own. {@code -Dtern.fuzz.seed=N} repeats the run that printed N,
 * {@code -Dtern.fuzz.frames=N} makes it longer or shorter.
 */
class OracleAgreesWithEmbeddedSwitchTest {
  private static final int DEFAULT_FRAMES = 100_000;

  /** Few enough that there are many intents, enough that their tables are worth the filling. */
  private static final int FRAMES_PER_INTENT = 250;

  /** With fewer frames, a rare reason may not come up. */
  private static final int ENOUGH_FOR_ALL_REASONS = 20_000;

  /** A device that is right has no dangling reference, and controllers do not send here. */
  private static final Set<Reason> UNREACHABLE =
      EnumSet.of(Reason.DANGLING_BACKEND, Reason.PACKET_OUT);

  private static final String DEVICE = "leaf";

  private final Map<Reason, Integer> seen = new EnumMap<>(Reason.class);

  @Test
  void reasonsPortsAndOctetsAgreeForRandomIntentsAndFrames() {
    long seed = Long.getLong("tern.fuzz.seed", System.nanoTime());
    int frames = Integer.getInteger("tern.fuzz.frames", DEFAULT_FRAMES);
    System.out.printf("-Dtern.fuzz.seed=%d -Dtern.fuzz.frames=%d%n", seed, frames);
    Random random = new Random(seed);

    for (int done = 0; done < frames; done += FRAMES_PER_INTENT) {
      compare(seed, random, Math.min(FRAMES_PER_INTENT, frames - done));
    }

    System.out.printf("frames by reason: %s%n", seen);
    if (frames >= ENOUGH_FOR_ALL_REASONS) {
      assertThat(seen.keySet())
          .as("reasons that occurred, seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(UNREACHABLE)));
    }
  }

  private void compare(long seed, Random random, int frames) {
    Intent intent = new RandomIntents(random).changes(80).intent();
    DeviceCapabilities capabilities = DeviceCapabilities.ofContract();
    DevicePlan plan = new Planner().plan(intent, DEVICE, capabilities);
    ProgrammedPlane plane = new ProgrammedPlane(plan);
    Oracle oracle = Oracle.of(intent, DEVICE, capabilities.algorithms());
    RandomFrames source = new RandomFrames(intent, random);
    for (int i = 0; i < frames; i++) {
      Frame frame = random.nextInt(3) == 0 ? source.whole() : source.damaged();
      int ingressPort = random.nextInt(20);
      Decision decision = oracle.route(ingressPort, frame);
      Outcome outcome = plane.process(ingressPort, frame);
      if (!outcome.reasons().equals(List.of(decision.reason()))
          || !sorted(outcome.sent()).equals(wanted(decision, frame))) {
        throw new AssertionError(disagreement(seed, intent, ingressPort, frame, decision, outcome));
      }
      seen.merge(decision.reason(), 1, Integer::sum);
    }
  }

  private static List<Sent> wanted(Decision decision, Frame frame) {
    if (decision instanceof Decision.Forward forward) {
      return List.of(new Sent(forward.port(), forward.frame()));
    } else if (decision instanceof Decision.PassL2 pass) {
      return pass.ports().stream().map(port -> new Sent(port, frame)).toList();
    }
    return List.of();
  }

  private static List<Sent> sorted(List<Sent> sent) {
    List<Sent> sorted = new ArrayList<>(sent);
    sorted.sort(Comparator.comparingInt(Sent::port));
    return sorted;
  }

  /** All that a fixture needs: what was configured, what came in, what should and did go out. */
  private static String disagreement(
      long seed, Intent intent, int ingressPort, Frame frame, Decision decision, Outcome outcome) {
    StringJoiner text = new StringJoiner("\n");
    text.add("the oracle and the switch disagree (-Dtern.fuzz.seed=" + seed + ")");
    text.add("intent, keys of encrypted CID configurations left out:");
    intent.devices().values().forEach(device -> text.add("  " + CanonicalForm.of(device)));
    intent.pools().values().forEach(pool -> text.add("  " + CanonicalForm.of(pool)));
    intent.cidConfigs().values().forEach(config -> text.add("  " + CanonicalForm.of(config)));
    intent.backends().values().forEach(backend -> text.add("  " + CanonicalForm.of(backend)));
    intent.vips().values().forEach(vip -> text.add("  " + CanonicalForm.of(vip)));
    text.add("device:  " + DEVICE);
    text.add("in:      port " + ingressPort + ", " + frame);
    text.add("oracle:  " + decision);
    text.add("switch:  " + outcome.reasons() + " " + outcome.sent());
    return text.toString();
  }
}
