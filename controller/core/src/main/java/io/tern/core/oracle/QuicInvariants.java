package io.tern.core.oracle;

import io.tern.cid.ConnectionId;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The connection IDs of a QUIC packet, by what all versions have in common (RFC 8999, section 5).
 */
final class QuicInvariants {
  /** First octet and version of a long header. */
  private static final int DCID_LENGTH_AT = 5;

  private QuicInvariants() {}

  /**
   * The DCID in a UDP payload; empty if the payload does not hold it whole. A short header does not
   * say where its DCID ends: then the answer is all that follows, 255 octets at most.
   */
  static Optional<ConnectionId> destination(ByteBuffer payload) {
    if (payload.limit() == 0) {
      return Optional.empty();
    }
    if (!isLong(payload)) {
      return Optional.of(part(payload, 1, Math.min(payload.limit() - 1, ConnectionId.MAX_LENGTH)));
    }
    return withLength(payload, DCID_LENGTH_AT);
  }

  /** The SCID of a long header; empty if the payload does not hold it whole, or is none. */
  static Optional<ConnectionId> source(ByteBuffer payload) {
    return payload.limit() == 0 || !isLong(payload)
        ? Optional.empty()
        : withLength(payload, DCID_LENGTH_AT)
            .flatMap(dcid -> withLength(payload, DCID_LENGTH_AT + 1 + dcid.length()));
  }

  /** Whether the payload begins with a long header. */
  static boolean isLong(ByteBuffer payload) {
    return payload.limit() > 0 && (payload.get(0) & 0x80) != 0;
  }

  /**
   * Whether a payload with a short header looks like QUIC rather than DTLS, STUN or ZRTP (RFC
   * 9443): by a bit of versions 1 and 2 (RFC 9000, section 17.3) that RFC 9287 lets peers clear.
   */
  static boolean hasFixedBit(ByteBuffer payload) {
    return payload.limit() > 0 && (payload.get(0) & 0x40) != 0;
  }

  private static Optional<ConnectionId> withLength(ByteBuffer payload, int lengthAt) {
    if (lengthAt >= payload.limit()) {
      return Optional.empty();
    }
    int length = payload.get(lengthAt) & 0xff;
    return lengthAt + 1 + length > payload.limit()
        ? Optional.empty()
        : Optional.of(part(payload, lengthAt + 1, length));
  }

  private static ConnectionId part(ByteBuffer payload, int offset, int length) {
    byte[] octets = new byte[length];
    payload.get(offset, octets);
    return ConnectionId.of(octets);
  }
}
