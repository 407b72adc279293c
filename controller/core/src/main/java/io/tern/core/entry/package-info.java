/**
 * Table entries of a P4Runtime device as plain values: what the planner yields and the reconciler
 * compares.
 */
package io.tern.core.entry;
