package io.tern.quicserver;

/**
 * A configuration makes CIDs of another length than the server was built with. A short header does
 * not carry the length of its CID, so a running server cannot change it: it has to be started
 * again.
 */
public final class CidLengthMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CidLengthMismatchException(ServerConfig config, ServerCid issue, int built) {
    super(
        "revision "
            + config.revision()
            + " issues CIDs of "
            + issue.config().cidLength()
            + " octets (1 + server ID "
            + issue.config().serverIdLength()
            + " + nonce "
            + issue.config().nonceLength()
            + ", codepoint "
            + issue.config().codepoint()
            + "), but this server was built with a local connection ID length of "
            + built
            + ": it keeps the configuration that it has; start it again to adopt the new one");
  }
}
