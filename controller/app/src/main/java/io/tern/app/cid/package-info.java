/** {@code tern cid}: encodes and decodes connection IDs without a server. */
package io.tern.app.cid;
