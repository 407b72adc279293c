/** {@code tern switch}: the embedded switch as a process of its own. */
package io.tern.app.embeddedswitch;
