package io.tern.cid;

/** Reads the server ID out of a CID. Implementations are thread-safe. */
@FunctionalInterface
public interface CidDecoder {
  /**
   * What the CID says. Total: every CID of every length has an answer, and octets behind the part
   * that the layout defines are ignored (a server may append octets of its own).
   *
   * <p>{@link Decoded.Routable} does not yet mean that a server with this ID exists: a CID that a
   * client chose at random decodes to a random server ID.
   */
  Decoded decode(ConnectionId cid);
}
