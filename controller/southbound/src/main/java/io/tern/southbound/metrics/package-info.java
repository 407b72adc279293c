/** What the southbound side counts and times, by Micrometer. */
package io.tern.southbound.metrics;
