/**
 * P4Runtime server (specification 1.4) over any {@link io.tern.embedded.engine.DataPlane}:
 * arbitration, pipeline configuration, reads, writes and packet I/O.
 *
 * <p>Locking: {@link io.tern.embedded.p4runtime.P4RuntimeDevice} has one lock, and everything that
 * arbitration, pipelines and tables know is confined to it. Nobody waits for a controller while
 * holding it: what is sent to a controller goes into the bounded queue of its {@code
 * StreamSession}. Forwarding takes no lock: it reads one volatile reference.
 */
package io.tern.embedded.p4runtime;
