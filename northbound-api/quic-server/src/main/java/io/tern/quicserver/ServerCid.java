package io.tern.quicserver;

import static java.util.Objects.requireNonNull;

import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;

/**
 * A CID configuration as one server has it. Immutable.
 *
 * @param serverId this server's own ID, as long as the configuration says
 */
public record ServerCid(QuicLbConfig config, ServerId serverId) {
  public ServerCid {
    requireNonNull(config, "config");
    requireNonNull(serverId, "serverId");
    if (serverId.length() != config.serverIdLength()) {
      throw new IllegalArgumentException(
          "server ID has "
              + serverId.length()
              + " octets; the configuration has "
              + config.serverIdLength());
    }
  }
}
