package io.tern.core.oracle;

import java.util.OptionalInt;

/** The 4-tuple route of a pool. */
interface Fallback {
  /** Number of the backend that owns the slot of a 4-tuple, if one does. */
  OptionalInt route(int tupleHash);
}
