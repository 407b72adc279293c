package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;

/**
 * Makes a data plane of a compiled program.
 *
 * <p>Called once for every pipeline that is verified or loaded; each call makes a data plane of its
 * own, with the entries that the program itself brings and no others.
 */
@FunctionalInterface
public interface DataPlaneLoader {

  /**
   * Compiles a program.
   *
   * @param json the program as p4c-bm2-ss writes it, well-formed JSON
   * @throws DataPlaneException INVALID_ARGUMENT (what is wrong, with the path in the JSON) or
   *     UNIMPLEMENTED (the program uses what the data plane does not have)
   */
  DataPlane load(byte[] json);
}
