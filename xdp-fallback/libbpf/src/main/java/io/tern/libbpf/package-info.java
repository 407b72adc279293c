/**
 * libbpf for Java: objects, maps, programs, links, ring buffers, and netlink beside them.
 *
 * <p>What wraps a descriptor of the kernel is {@link java.lang.AutoCloseable}; {@link
 * io.tern.libbpf.OpenResources} knows what is open, and what was lost without being closed.
 */
package io.tern.libbpf;
