/** {@code tern serve}: the controller as a process. */
package io.tern.app.serve;
