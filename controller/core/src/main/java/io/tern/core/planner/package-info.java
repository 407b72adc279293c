/**
 * From the intent to the table entries of a device, and from what a device has to what it should
 * have. Pure: no I/O, no clock; the answers are compared by the reconciler, never executed here.
 */
package io.tern.core.planner;
