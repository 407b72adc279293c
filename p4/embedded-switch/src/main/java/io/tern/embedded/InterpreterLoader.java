package io.tern.embedded;

import io.tern.embedded.bmv2.InvalidProgramException;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.embedded.p4runtime.DataPlaneLoader;

/** Loads programs into the interpreter. */
final class InterpreterLoader implements DataPlaneLoader {

  @Override
  public DataPlane load(byte[] json) {
    try {
      return new InterpretedDataPlane(ProgramReader.read(json));
    } catch (InvalidProgramException e) {
      throw new DataPlaneException(DataPlaneException.Code.INVALID_ARGUMENT, e.getMessage());
    }
  }
}
