package io.tern.core.oracle;

import io.tern.cid.ConnectionId;
import java.util.Optional;

/**
 * The destination connection ID of a QUIC packet, by what all versions have in common (RFC 8999,
 * section 5) and by nothing else.
 */
final class QuicInvariants {
  private static final int VERSION = 4;

  private QuicInvariants() {}

  /**
   * The DCID in a UDP payload; empty if the payload does not hold it whole. A short header does not
   * say where its DCID ends: then the answer is all that follows, 255 octets at most.
   */
  static Optional<ConnectionId> destination(byte[] payload) {
    if (payload.length == 0) {
      return Optional.empty();
    }
    boolean longHeader = (payload[0] & 0x80) != 0;
    if (!longHeader) {
      int most = Math.min(payload.length - 1, ConnectionId.MAX_LENGTH);
      return Optional.of(ConnectionId.of(payload, 1, most));
    }
    int lengthAt = 1 + VERSION;
    if (payload.length <= lengthAt) {
      return Optional.empty();
    }
    int length = payload[lengthAt] & 0xff;
    int start = lengthAt + 1;
    return start + length > payload.length
        ? Optional.empty()
        : Optional.of(ConnectionId.of(payload, start, length));
  }
}
