/**
 * For QUIC servers in Java: the stream of a server's own configuration from the controller, and the
 * generator that makes Netty's QUIC codec issue routable connection IDs.
 */
package io.tern.quicserver;
