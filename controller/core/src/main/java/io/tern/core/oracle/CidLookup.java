package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.QuicLbDecoder;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.oracle.Decision.NamedServer;
import io.tern.p4.contract.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Who the connection IDs of a pool name (draft-ietf-quic-load-balancers). */
final class CidLookup {
  private static final int LENGTH_BITS = 0x1f;

  private final List<Config> configs;
  private final Function<NamedServer, OptionalInt> servers;
  private final QuicLbDecoder decoder;

  /**
   * @param configs that the device can decode, of different codepoints
   * @param servers numbers of the backends that server IDs name
   */
  CidLookup(Collection<Config> configs, Function<NamedServer, OptionalInt> servers) {
    this.configs = List.copyOf(configs);
    this.servers = requireNonNull(servers, "servers");
    this.decoder = new QuicLbDecoder(configs.stream().map(Config::quicLb).toList());
  }

  /**
   * A CID configuration.
   *
   * @param sidSpace where its server IDs are looked up
   * @param checkLength whether a CID has to describe its length rightly
   */
  record Config(CidConfigKey key, QuicLbConfig quicLb, int sidSpace, boolean checkLength) {}

  /**
   * What a CID says.
   *
   * @param reason ROUTED_BY_CID, or why it is unroutable
   * @param config that its codepoint names, if there is one
   * @param server and number of the backend: what its server ID names
   */
  record Answer(
      Reason reason,
      Optional<CidConfigKey> config,
      Optional<NamedServer> server,
      OptionalInt backend) {
    static Answer unroutable(Reason reason, Optional<CidConfigKey> config) {
      return new Answer(reason, config, Optional.empty(), OptionalInt.empty());
    }
  }

  /** {@code cid} is empty if the payload has none that is whole. */
  Answer find(Optional<ConnectionId> cid) {
    if (cid.isEmpty()) {
      return Answer.unroutable(Reason.NOT_QUIC, Optional.empty());
    }
    if (cid.get().length() == 0) {
      return Answer.unroutable(Reason.FALLBACK_CID_TOO_SHORT, Optional.empty());
    }
    int firstOctet = cid.get().octet(0);
    Optional<Config> config =
        configs.stream().filter(c -> c.quicLb().codepoint() == firstOctet >>> 5).findFirst();
    return config
        .map(c -> find(cid.get(), c))
        .orElseGet(() -> Answer.unroutable(Reason.FALLBACK_UNKNOWN_CODEPOINT, Optional.empty()));
  }

  private Answer find(ConnectionId cid, Config config) {
    Optional<CidConfigKey> key = Optional.of(config.key());
    Decoded decoded = decoder.decode(cid);
    if (!(decoded instanceof Decoded.Routable routable)) {
      return Answer.unroutable(Reason.FALLBACK_CID_TOO_SHORT, key);
    }
    int described = cid.octet(0) & LENGTH_BITS;
    if (config.checkLength() && described != config.quicLb().cidLength() - 1) {
      return Answer.unroutable(Reason.FALLBACK_CID_LENGTH_MISMATCH, key);
    }
    NamedServer server = new NamedServer(config.sidSpace(), routable.serverId());
    OptionalInt backend = servers.apply(server);
    return backend.isPresent()
        ? new Answer(Reason.ROUTED_BY_CID, key, Optional.of(server), backend)
        : Answer.unroutable(Reason.FALLBACK_UNKNOWN_SERVER, key);
  }
}
