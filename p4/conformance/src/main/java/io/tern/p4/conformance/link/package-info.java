/**
 * The far ends of a device's ports, for a device that is somewhere else: Linux network interfaces,
 * and Ethernet over UDP.
 */
package io.tern.p4.conformance.link;
