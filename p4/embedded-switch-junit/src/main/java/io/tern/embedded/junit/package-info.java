/** A P4 switch in a JUnit test: {@link io.tern.embedded.junit.EmbeddedSwitchExtension}. */
package io.tern.embedded.junit;
