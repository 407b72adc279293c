/**
 * The agent of a real server: P4Runtime on one side, the maps of the XDP program on the other. What
 * is in the kernel outlives it.
 */
package io.tern.agent;
