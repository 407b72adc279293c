package io.tern.embedded.bmv2;

import io.tern.embedded.bmv2.Expression.Condition;
import io.tern.embedded.bmv2.Expression.HeaderValue;
import io.tern.embedded.bmv2.Expression.Target;
import io.tern.embedded.bmv2.Expression.Value;
import java.util.List;

/** A step of an action, a parser state or a deparser. */
public sealed interface Primitive {

  record Assign(Target target, Value source) implements Primitive {}

  /** Copies a variable field; both belong to headers of whatever type. */
  record AssignVariable(FieldRef target, FieldRef source) implements Primitive {}

  /** Copies all fields and the validity; both sides have one type. */
  record AssignHeader(HeaderValue target, HeaderValue source) implements Primitive {}

  record AssignStack(HeaderStack target, HeaderStack source) implements Primitive {}

  /** Makes a header valid, its fields zero if it was not. */
  record AddHeader(HeaderValue header) implements Primitive {}

  record RemoveHeader(HeaderValue header) implements Primitive {}

  record Push(HeaderStack stack, int count) implements Primitive {}

  record Pop(HeaderStack stack, int count) implements Primitive {}

  /** Out of bounds counts nothing. */
  record Count(CounterArray counter, Value index) implements Primitive {}

  /** Out of bounds leaves the target alone. */
  record RegisterRead(Target target, RegisterArray register, Value index) implements Primitive {}

  record RegisterWrite(RegisterArray register, Value index, Value source) implements Primitive {}

  record ExecuteMeter(MeterArray meter, Value index, Target target) implements Primitive {}

  /** target = base + hash % size; size 0 counts as 1. */
  record Hash(Target target, Value base, Calculation calculation, Value size)
      implements Primitive {}

  /** A number from {@code low} to {@code high}, both included; nothing if low is above high. */
  record Random(Target target, Value low, Value high) implements Primitive {}

  record MarkToDrop() implements Primitive {}

  /** Ends the pipeline after this action. */
  record Exit() implements Primitive {}

  /** Clones the packet at the end of the pipeline it is in. */
  record Clone(Value session, Value fieldList) implements Primitive {}

  record Resubmit(Value fieldList) implements Primitive {}

  record Recirculate(Value fieldList) implements Primitive {}

  record Digest(Value list) implements Primitive {}

  record Truncate(Value octets) implements Primitive {}

  /** The packet is dropped at once if the condition is false. */
  record Require(Condition condition, String kind, String path) implements Primitive {}

  record Log(String format, List<Value> arguments) implements Primitive {
    public Log {
      arguments = List.copyOf(arguments);
    }
  }

  /** Goes on with the primitive of that index, which may be the one behind the last. */
  record Jump(int target) implements Primitive {}

  record JumpIfZero(Value test, int target) implements Primitive {}

  record NoOp() implements Primitive {}
}
