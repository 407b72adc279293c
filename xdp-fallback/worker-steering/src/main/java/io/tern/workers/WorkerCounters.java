package io.tern.workers;

/**
 * Packets of a group since it was made, by how their worker was found.
 *
 * @param byCid to the worker that the CID names
 * @param unroutable by hash: not QUIC, or a CID that no configuration has made; above all first
 *     packets of connections
 * @param unknown by hash: the CID names nobody who is registered
 * @param gone by hash: the CID names a worker whose socket is closed
 * @param noneAccepts by the kernel's own hash among all sockets, because no worker takes new
 *     connections
 */
public record WorkerCounters(
    long byCid, long unroutable, long unknown, long gone, long noneAccepts) {}
