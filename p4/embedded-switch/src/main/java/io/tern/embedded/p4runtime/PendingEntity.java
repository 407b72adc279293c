package io.tern.embedded.p4runtime;

import io.tern.proto.p4.v1.Entity;

/**
 * An entity that a read found. What a write could change is captured already; the message is made
 * when the controller is ready to take it, so that a large read costs little memory.
 */
@FunctionalInterface
interface PendingEntity {
  Entity build();
}
