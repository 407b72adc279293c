/**
 * Benchmarks of the controller and of real switches, each beside a reference that runs in turns
 * with it: {@code docs/benchmarks.md} says what they measure and how.
 */
package io.tern.benchmark;
