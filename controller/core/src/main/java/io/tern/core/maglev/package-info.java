/** Consistent hashing of the fallback: which backend owns which slot. */
package io.tern.core.maglev;
