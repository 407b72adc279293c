/**
 * Makes devices have what the intent says: reads back, compares with the plan, writes the
 * difference, and says how far each device is.
 */
package io.tern.southbound.reconcile;
