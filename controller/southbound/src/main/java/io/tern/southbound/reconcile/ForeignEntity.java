package io.tern.southbound.reconcile;

import static java.util.Objects.requireNonNull;

import io.tern.proto.p4.v1.Entity;

/**
 * An entity in Tern's tables that Tern's model cannot express, so that somebody else must have
 * written it.
 *
 * @param entity as the device gave it
 * @param description what it is and what is foreign about it
 */
record ForeignEntity(Entity entity, String description) {
  ForeignEntity {
    requireNonNull(entity, "entity");
    requireNonNull(description, "description");
  }
}
