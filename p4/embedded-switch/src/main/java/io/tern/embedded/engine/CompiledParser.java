package io.tern.embedded.engine;

/** The parser as a state machine. */
final class CompiledParser {
  /** What a step returns if all went well. */
  static final int OK = -1;

  /**
   * States that a packet may pass. A loop that consumes octets ends with the packet; this bounds
   * one that does not.
   */
  private static final int MAX_STATES = 1 << 16;

  /** A compiled operation; returns {@link #OK} or the code of a parser error. */
  @FunctionalInterface
  interface Step {
    int run(PacketContext c);
  }

  /** A compiled select: the next state, or {@link #TOO_SHORT}. */
  @FunctionalInterface
  interface Select {
    int next(PacketContext c);
  }

  /** A lookahead of the select reached behind the end of the packet. */
  static final int TOO_SHORT = -2;

  /** A compiled state. */
  static final class State {
    private final Step[] steps;
    private final Select select;

    State(Step[] steps, Select select) {
      this.steps = steps;
      this.select = select;
    }
  }

  private final State[] states;
  private final int initial;
  private final int noError;
  private final int packetTooShort;
  private final int timeout;

  CompiledParser(State[] states, int initial, int noError, int packetTooShort, int timeout) {
    this.states = states;
    this.initial = initial;
    this.noError = noError;
    this.packetTooShort = packetTooShort;
    this.timeout = timeout;
  }

  /** Parses the frame from the start and leaves the cursor at its payload. */
  void parse(PacketContext c) {
    c.cursor = c.frameOffset;
    c.parserError = run(c);
  }

  private int run(PacketContext c) {
    int state = initial;
    for (int visited = 0; state >= 0; visited++) {
      if (visited == MAX_STATES) {
        return timeout;
      }
      State at = states[state];
      for (Step step : at.steps) {
        int error = step.run(c);
        if (error != OK) {
          return error;
        }
      }
      state = at.select.next(c);
      if (state == TOO_SHORT) {
        return packetTooShort;
      }
    }
    return noError;
  }
}
