/**
 * Packets a second of Tern's program on BMv2, over veth interfaces, beside those of a minimal L2
 * forwarder on the same executable.
 */
package io.tern.benchmark.forwarding;
