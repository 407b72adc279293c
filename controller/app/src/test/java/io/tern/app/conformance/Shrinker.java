package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.intent.SmallerIntents;
import io.tern.core.oracle.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a case that fails smaller, as long as it fails: fewer frames, less intent, shorter and
 * emptier frames. Greedy; the answer is one that no single step makes smaller, or the best that the
 * allowed number of tries found.
 */
final class Shrinker {
  private final Predicate<FuzzCase> fails;
  private int triesLeft;

  Shrinker(Predicate<FuzzCase> fails, int tries) {
    this.fails = fails;
    this.triesLeft = tries;
  }

  FuzzCase shrink(FuzzCase failing) {
    FuzzCase smallest = failing;
    FuzzCase before;
    do {
      before = smallest;
      smallest = fewerFrames(smallest);
      smallest = lessIntent(smallest);
      smallest = simplerFrames(smallest);
    } while (!smallest.equals(before) && triesLeft > 0);
    return smallest;
  }

  private FuzzCase fewerFrames(FuzzCase start) {
    FuzzCase smallest = start;
    for (int size = Math.max(1, start.arrivals().size() / 2); size > 0; size /= 2) {
      for (int from = 0; from < smallest.arrivals().size(); ) {
        List<Arrival> fewer = new ArrayList<>(smallest.arrivals());
        fewer.subList(from, Math.min(from + size, fewer.size())).clear();
        FuzzCase candidate = with(smallest, fewer);
        if (!fewer.isEmpty() && stillFails(candidate)) {
          smallest = candidate;
        } else {
          from += size;
        }
      }
    }
    return smallest;
  }

  private FuzzCase lessIntent(FuzzCase start) {
    FuzzCase smallest = start;
    boolean again = true;
    while (again) {
      again = false;
      for (var intent : SmallerIntents.of(smallest.intent(), smallest.deviceId())) {
        FuzzCase candidate = new FuzzCase(intent, smallest.deviceId(), smallest.arrivals());
        if (stillFails(candidate)) {
          smallest = candidate;
          again = true;
          break;
        }
      }
    }
    return smallest;
  }

  private FuzzCase simplerFrames(FuzzCase start) {
    FuzzCase smallest = start;
    for (int i = 0; i < smallest.arrivals().size(); i++) {
      smallest = shorter(smallest, i);
      smallest = emptier(smallest, i);
    }
    return smallest;
  }

  private FuzzCase shorter(FuzzCase start, int index) {
    FuzzCase smallest = start;
    for (int cut = length(start, index) / 2; cut > 0; cut /= 2) {
      while (length(smallest, index) > cut) {
        byte[] octets = smallest.arrivals().get(index).frame().toByteArray();
        FuzzCase candidate = with(smallest, index, Arrays.copyOf(octets, octets.length - cut));
        if (!stillFails(candidate)) {
          break;
        }
        smallest = candidate;
      }
    }
    return smallest;
  }

  private FuzzCase emptier(FuzzCase start, int index) {
    FuzzCase smallest = start;
    for (int at = 0; at < length(start, index); at++) {
      byte[] octets = smallest.arrivals().get(index).frame().toByteArray();
      if (octets[at] != 0) {
        octets[at] = 0;
        FuzzCase candidate = with(smallest, index, octets);
        if (stillFails(candidate)) {
          smallest = candidate;
        }
      }
    }
    return smallest;
  }

  private boolean stillFails(FuzzCase candidate) {
    return triesLeft-- > 0 && fails.test(candidate);
  }

  private static int length(FuzzCase fuzzCase, int index) {
    return fuzzCase.arrivals().get(index).frame().length();
  }

  private static FuzzCase with(FuzzCase fuzzCase, List<Arrival> arrivals) {
    return new FuzzCase(fuzzCase.intent(), fuzzCase.deviceId(), arrivals);
  }

  private static FuzzCase with(FuzzCase fuzzCase, int index, byte[] octets) {
    List<Arrival> arrivals = new ArrayList<>(fuzzCase.arrivals());
    Arrival old = arrivals.get(index);
    arrivals.set(index, new Arrival(old.port(), Frame.of(octets), old.micros()));
    return with(fuzzCase, arrivals);
  }
}
