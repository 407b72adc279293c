/** What QUIC servers see of the intent, and who they are. */
package io.tern.northbound.quicserver;
