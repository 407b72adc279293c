package io.tern.cid;

import static java.util.Objects.requireNonNull;

/** What a {@link CidDecoder} found in a CID. */
public sealed interface Decoded {
  /**
   * The CID names a server.
   *
   * @param codepoint the bits that told the configuration; for QUIC-LB the config rotation bits
   */
  record Routable(int codepoint, ServerId serverId, Nonce nonce) implements Decoded {
    public Routable {
      requireNonNull(serverId, "serverId");
      requireNonNull(nonce, "nonce");
    }
  }

  /** The CID names no server (draft-ietf-quic-load-balancers, "Unroutable Connection IDs"). */
  record Unroutable(Reason reason) implements Decoded {
    public Unroutable {
      requireNonNull(reason, "reason");
    }
  }

  /** Why a CID is unroutable. */
  enum Reason {
    /** No configuration has the CID's codepoint; always so for the reserved codepoint 0b111. */
    UNKNOWN_CODEPOINT,
    /** The CID has fewer octets than its configuration issues, or none at all. */
    TOO_SHORT
  }
}
