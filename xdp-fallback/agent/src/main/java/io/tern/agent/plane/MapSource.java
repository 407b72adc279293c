package io.tern.agent.plane;

import io.tern.agent.layout.ObjectLayout;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfProgram;

/** The maps that a data plane is to use, and the program that reads them. */
public interface MapSource {
  /** The layout of the program's own maps. */
  ObjectLayout layout();

  /** A map of the program or of {@link AgentMaps}; stays the source's. */
  BpfMap map(String name);

  /** The program; stays the source's. */
  BpfProgram program();

  /** Whether the maps have entries already, which the data plane was restored from. */
  boolean isFilled();
}
