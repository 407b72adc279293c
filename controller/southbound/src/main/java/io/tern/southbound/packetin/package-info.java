/** What devices copy to the controller: counted, and shown without payload. */
package io.tern.southbound.packetin;
