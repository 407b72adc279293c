package io.tern.workers;

/**
 * A worker of a group, as any process sees it.
 *
 * @param slot its place in the group, from 0
 * @param generation as it was registered
 * @param accepts whether it offers to take new connections; those of generations that the group has
 *     left behind take none all the same
 * @param process its process ID, as the process itself sees it
 */
public record WorkerState(int slot, int generation, boolean accepts, long process) {}
