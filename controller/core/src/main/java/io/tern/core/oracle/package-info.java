/**
 * What must happen to a packet, said plainly: the judge that every data plane is held against. Slow
 * and straightforward on purpose, and written without a look at tables or actions.
 */
package io.tern.core.oracle;
