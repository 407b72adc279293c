/** Between the plain values of {@code io.tern.core.entry} and the messages of P4Runtime. */
package io.tern.southbound.codec;
