/**
 * Worker steering: the processes of a QUIC server share one UDP address and port, and each packet
 * goes to the one that its CID names (docs/worker-steering.md).
 */
package io.tern.workers;
