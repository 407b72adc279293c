/** Streams that follow the intent at the speed of their reader. */
package io.tern.northbound.stream;
