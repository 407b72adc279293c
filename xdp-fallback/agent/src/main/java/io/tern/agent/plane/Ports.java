package io.tern.agent.plane;

import java.util.OptionalInt;
import java.util.Set;

/** The device's ports of P4Runtime and the interfaces that they are. */
public interface Ports {
  /** Numbers of all ports. */
  Set<Integer> numbers();

  /** The index of a port's interface now; empty if the interface is not there. */
  OptionalInt interfaceOf(int port);

  /** The port of an interface; empty if it is none. */
  OptionalInt portOf(int interfaceIndex);
}
