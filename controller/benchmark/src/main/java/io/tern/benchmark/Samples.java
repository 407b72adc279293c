package io.tern.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Numbers of one kind, one of each round. Not thread-safe. */
public final class Samples {
  private final List<Double> values = new ArrayList<>();

  /** Notes what one round yielded. */
  public void add(double value) {
    values.add(value);
  }

  /** What each round yielded, in order. */
  public List<Double> values() {
    return Collections.unmodifiableList(values);
  }

  /**
   * The middle value; of an even number of rounds the mean of the two in the middle.
   *
   * @throws IllegalStateException if there was no round
   */
  public double median() {
    List<Double> sorted = sorted();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  public double min() {
    return sorted().get(0);
  }

  public double max() {
    return sorted().get(values.size() - 1);
  }

  /**
   * These values over those of {@code reference}, round by round: what the machine did else
   * cancels.
   */
  public Samples over(Samples reference) {
    if (reference.values.size() != values.size()) {
      throw new IllegalArgumentException(
          values.size() + " rounds have no pairs in " + reference.values.size());
    }
    Samples ratios = new Samples();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / reference.values.get(i));
    }
    return ratios;
  }

  private List<Double> sorted() {
    if (values.isEmpty()) {
      throw new IllegalStateException("no round was run");
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted;
  }
}
