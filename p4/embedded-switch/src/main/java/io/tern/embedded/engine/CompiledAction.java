package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Action;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.math.BigInteger;
import java.util.List;

/** An action that can be bound to arguments. */
final class CompiledAction {
  private final Action action;
  private final Operation operation;
  private final int[] slots;
  private final int words;

  CompiledAction(Action action, Operation operation, int[] slots, int words) {
    this.action = action;
    this.operation = operation;
    this.slots = slots;
    this.words = words;
  }

  Action action() {
    return action;
  }

  /** The arguments must be in {@link PacketContext#args}. */
  void run(PacketContext c) {
    operation.run(c);
  }

  /** Lays arguments out for {@link PacketContext#args}. */
  long[] bind(List<BigInteger> arguments) {
    List<Action.Parameter> parameters = action.parameters();
    if (arguments.size() != parameters.size()) {
      throw new DataPlaneException(
          Code.INVALID_ARGUMENT,
          "action "
              + action.name()
              + " takes "
              + parameters.size()
              + " arguments, found "
              + arguments.size());
    }
    long[] bound = new long[words];
    for (int i = 0; i < slots.length; i++) {
      int width = parameters.get(i).width();
      BigInteger argument = arguments.get(i);
      if (argument.signum() < 0 || argument.bitLength() > width) {
        throw new DataPlaneException(
            Code.INVALID_ARGUMENT,
            "argument "
                + parameters.get(i).name()
                + " of action "
                + action.name()
                + " does not fit "
                + width
                + " bits");
      }
      Words.put(argument, bound, slots[i], Layout.limbs(width));
    }
    return bound;
  }
}
