package io.tern.embedded.bmv2;

import java.math.BigInteger;
import java.util.List;

/**
 * A parser as a graph of states.
 *
 * @param initial index of the first state, or {@link #ACCEPT}
 */
public record Parser(String name, List<State> states, int initial) {
  /** The state after the last one. */
  public static final int ACCEPT = -1;

  /**
   * A state.
   *
   * @param key parts of the select; empty if there is none
   * @param otherwise the next state when no transition matches
   */
  public record State(
      String name,
      List<Operation> operations,
      List<KeyPart> key,
      List<Transition> transitions,
      int otherwise) {
    public State {
      operations = List.copyOf(operations);
      key = List.copyOf(key);
      transitions = List.copyOf(transitions);
    }
  }

  /** What a state does. */
  public sealed interface Operation {}

  public record Extract(Header header) implements Operation {}

  /** Extracts the next header of a stack; StackOutOfBounds when it is full. */
  public record ExtractNext(HeaderStack stack) implements Operation {}

  /** Extracts a header whose variable field has {@code bits} bits. */
  public record ExtractVariable(Header header, Expression.Value bits) implements Operation {}

  public record ExtractNextVariable(HeaderStack stack, Expression.Value bits)
      implements Operation {}

  public record Assign(FieldRef target, Expression.Value source) implements Operation {}

  /** Sets a field from bits of the packet that are not consumed. */
  public record AssignLookahead(FieldRef target, Lookahead source) implements Operation {}

  public record Verify(Expression.Condition condition, Expression.Value error)
      implements Operation {}

  /** Skips bits, a multiple of 8. */
  public record Advance(Expression.Value bits) implements Operation {}

  public record Call(Primitive primitive) implements Operation {}

  /** A part of the select's key. */
  public sealed interface KeyPart {
    int width();
  }

  public record FieldPart(FieldRef field) implements KeyPart {
    @Override
    public int width() {
      return field.width();
    }
  }

  /** A field of the newest header of a stack. */
  public record StackPart(HeaderStack stack, int field) implements KeyPart {
    @Override
    public int width() {
      return stack.type().fields().get(field).width();
    }
  }

  /** {@code offset} in bits from where the parser stands. */
  public record Lookahead(int offset, int width) implements KeyPart {}

  /** Where the select goes next. */
  public sealed interface Transition {
    int next();
  }

  /** Taken if (part & mask) equals the value for every part. */
  public record Match(List<BigInteger> values, List<BigInteger> masks, int next)
      implements Transition {
    public Match {
      values = List.copyOf(values);
      masks = List.copyOf(masks);
    }
  }

  /** Taken if the key is in a set that the control plane fills. */
  public record SetMember(int valueSet, List<BigInteger> masks, int next) implements Transition {
    public SetMember {
      masks = List.copyOf(masks);
    }
  }

  public Parser {
    states = List.copyOf(states);
  }
}
