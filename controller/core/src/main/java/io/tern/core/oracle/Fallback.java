package io.tern.core.oracle;

import java.util.Optional;

/** The 4-tuple route of a pool. */
interface Fallback {
  /** To the owner of the slot of a 4-tuple, if it has one. */
  Optional<Delivery> route(int tupleHash);
}
