/** The XDP program beside an empty one, by test run in the kernel. */
package io.tern.benchmark.xdp;
