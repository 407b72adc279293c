package io.tern.embedded.p4runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How to take back what a batch has done. Undo actions name entities by their keys: an entity may
 * be deleted and made again on the way back.
 */
final class UndoLog {
  private final Deque<Runnable> steps;

  private UndoLog(Deque<Runnable> steps) {
    this.steps = steps;
  }

  /** Remembers every step. */
  static UndoLog recording() {
    return new UndoLog(new ArrayDeque<>());
  }

  /** For batches that nobody takes back. */
  static UndoLog discarding() {
    return new UndoLog(null);
  }

  /** Whether somebody may take the batch back. */
  boolean isRecording() {
    return steps != null;
  }

  void add(Runnable step) {
    if (steps != null) {
      steps.push(step);
    }
  }

  /** Takes everything back, the last step first. */
  void undo() {
    while (!steps.isEmpty()) {
      steps.pop().run();
    }
  }
}
