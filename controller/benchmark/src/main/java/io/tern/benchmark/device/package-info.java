/** P4Runtime targets that benchmarks start and stop, and the least of a client for them. */
package io.tern.benchmark.device;
