/**
 * Connection-ID codecs: QUIC-LB (draft-ietf-quic-load-balancers) is the first. Pure: no dependency
 * but the JDK.
 */
package io.tern.cid;
