package io.tern.app.demo;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * What the demo's clients reach the VIPs by, with a NAT in it. A client sends to a socket of its
 * own; what arrives there leaves for the VIP from a public address and port, and what comes back to
 * these goes to the client. What comes to an address and port that nobody has (any more) is lost,
 * as with a real NAT. Thread-safe.
 */
interface AccessNetwork extends AutoCloseable {
  /** One client's line. */
  interface Line {
    /** Where the client sends its packets to the VIP. */
    InetSocketAddress clientSide() throws IOException;

    /** The NAT forgets the binding: the same public address, another port. */
    void rebind() throws IOException;

    /** The client moves to another network: another public address and port. */
    void changeNetwork() throws IOException;
  }

  /** A line for a client that will talk to {@code vip}. */
  Line connect(Endpoint vip) throws IOException;
}
