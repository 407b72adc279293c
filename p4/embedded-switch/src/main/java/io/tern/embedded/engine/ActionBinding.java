package io.tern.embedded.engine;

/** What an entry does: an action, its arguments and the node that follows. */
final class ActionBinding {
  final CompiledAction action;
  final long[] arguments;

  /** Null at the end of the pipeline. */
  final ControlNode next;

  ActionBinding(CompiledAction action, long[] arguments, ControlNode next) {
    this.action = action;
    this.arguments = arguments;
    this.next = next;
  }
}
