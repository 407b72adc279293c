package io.tern.cid;

/**
 * One layout of routable CIDs, with one set of parameters: writes a server ID into a CID and reads
 * it back. Implementations are thread-safe, and {@code decode(encode(s, n))} is always {@link
 * Decoded.Routable} with the same {@code s} and {@code n}.
 */
public interface CidCodec extends CidDecoder {
  /** Octets of the server IDs that this layout carries. */
  int serverIdLength();

  /** Octets of the nonces that this layout carries. */
  int nonceLength();

  /**
   * Octets of the CIDs that {@link #encode} makes, always the same: short headers do not say how
   * long their CID is. A shorter CID is unroutable.
   */
  int cidLength();

  /**
   * The CID that names this server. Bits that the layout leaves free are random. The caller never
   * passes one nonce twice with the same key and server ID: see {@link NonceSource}.
   *
   * @throws IllegalArgumentException if the server ID or the nonce has not the length that this
   *     layout carries
   */
  ConnectionId encode(ServerId serverId, Nonce nonce);
}
