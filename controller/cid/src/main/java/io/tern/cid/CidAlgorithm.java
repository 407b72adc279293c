package io.tern.cid;

/** How a CID configuration hides the server ID (draft-ietf-quic-load-balancers, section 5). */
public enum CidAlgorithm {
  /** Server ID in clear text. */
  PLAINTEXT,
  /** One AES-128-ECB block: server ID and nonce together have 16 octets. */
  SINGLE_PASS,
  /** Four-pass Feistel network: server ID and nonce together do not have 16 octets. */
  FOUR_PASS
}
