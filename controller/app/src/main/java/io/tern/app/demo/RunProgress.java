package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/**
 * Shows how far a run is, about once a second, and lets something happen when half of all chunks
 * have come back. Not thread-safe.
 */
final class RunProgress implements ClientRun.Observer {
  private static final int CALLS_PER_LINE = 10;

  private final String name;
  private final ClientRun.Load load;
  private final Progress progress;
  private final Interlude halfway;
  private int calls;
  private boolean isHalfway;

  /** Something that happens once in the middle of the run. */
  @FunctionalInterface
  interface Interlude {
    void happen() throws IOException, InterruptedException;
  }

  /**
   * @param name of the run
   * @param halfway the transfers go on meanwhile
   */
  RunProgress(String name, ClientRun.Load load, Progress progress, Interlude halfway) {
    this.name = requireNonNull(name, "name");
    this.load = requireNonNull(load, "load");
    this.progress = requireNonNull(progress, "progress");
    this.halfway = requireNonNull(halfway, "halfway");
  }

  @Override
  public void observe(ClientRun.Status status) throws IOException, InterruptedException {
    boolean ended = status.complete() + status.dead() == load.clients();
    if (++calls % CALLS_PER_LINE == 0 || ended) {
      progress.show(
          String.format(
              "%s: %d of %d chunks, %d rebindings, %d network changes, %d transfers complete,"
                  + " %d dead",
              name,
              status.chunks(),
              load.clients() * load.chunks(),
              status.rebindings(),
              status.networkChanges(),
              status.complete(),
              status.dead()));
    }
    if (ended) {
      progress.end();
    }
    if (!isHalfway && (ended || status.chunks() >= load.clients() * load.chunks() / 2)) {
      isHalfway = true;
      halfway.happen();
    }
  }
}
