/**
 * The southbound side of the controller: one P4Runtime session for each device of the intent, and a
 * loop that makes each device have what the intent says.
 *
 * <p>{@link io.tern.southbound.SouthboundManager} is the way in.
 */
package io.tern.southbound;
