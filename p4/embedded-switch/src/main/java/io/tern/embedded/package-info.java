/**
 * A P4 switch in the JVM: P4Runtime on one side, Ethernet ports on the other, and between them the
 * program that a controller loads. {@link io.tern.embedded.EmbeddedSwitch} is the way in.
 */
package io.tern.embedded;
