/** Table writes a second through Tern's southbound, beside a bare loop of the same Write RPCs. */
package io.tern.benchmark.writes;
