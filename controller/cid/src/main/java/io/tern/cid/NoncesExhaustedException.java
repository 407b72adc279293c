package io.tern.cid;

/** A configuration has no nonce left: using one twice would expose its key and its clients. */
public final class NoncesExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The nonces of this many octets are used up. */
  public NoncesExhaustedException(int nonceLength) {
    super(
        "all nonces of "
            + nonceLength
            + " octets are used up; a configuration with a new key or longer nonces is needed");
  }
}
