package io.tern.core.oracle;

import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.QuicLbDecoder;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.oracle.Decision.NamedServer;
import io.tern.p4.contract.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Who the connection IDs of a pool name (draft-ietf-quic-load-balancers). */
final class CidLookup {
  private static final int LENGTH_BITS = 0x1f;

  private final List<CidConfig> configs;
  private final List<Backend> backends;
  private final boolean checkLength;
  private final QuicLbDecoder decoder;

  /**
   * @param configs that the device can decode
   * @param backends that a CID can name
   * @param checkLength whether a CID has to describe its length rightly
   */
  CidLookup(Collection<CidConfig> configs, List<Backend> backends, boolean checkLength) {
    this.configs = List.copyOf(configs);
    this.backends = List.copyOf(backends);
    this.checkLength = checkLength;
    this.decoder = new QuicLbDecoder(configs.stream().map(CidConfig::quicLb).toList());
  }

  /**
   * What a CID says.
   *
   * @param reason ROUTED_BY_CID, or why it is unroutable
   * @param config that its codepoint names, if there is one
   * @param server and backend: what its server ID names
   */
  record Answer(
      Reason reason,
      Optional<CidConfigKey> config,
      Optional<NamedServer> server,
      Optional<Backend> backend) {
    static Answer unroutable(Reason reason, Optional<CidConfigKey> config) {
      return new Answer(reason, config, Optional.empty(), Optional.empty());
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
    Optional<CidConfig> config =
        configs.stream().filter(c -> c.quicLb().codepoint() == firstOctet >>> 5).findFirst();
    return config
        .map(c -> find(cid.get(), c))
        .orElseGet(() -> Answer.unroutable(Reason.FALLBACK_UNKNOWN_CODEPOINT, Optional.empty()));
  }

  private Answer find(ConnectionId cid, CidConfig config) {
    Optional<CidConfigKey> key =
        Optional.of(new CidConfigKey(config.poolId(), config.quicLb().codepoint()));
    Decoded decoded = decoder.decode(cid);
    if (!(decoded instanceof Decoded.Routable routable)) {
      return Answer.unroutable(Reason.FALLBACK_CID_TOO_SHORT, key);
    }
    int described = cid.octet(0) & LENGTH_BITS;
    if (checkLength && described != config.quicLb().cidLength() - 1) {
      return Answer.unroutable(Reason.FALLBACK_CID_LENGTH_MISMATCH, key);
    }
    Optional<Backend> named =
        backends.stream()
            .filter(b -> routable.serverId().equals(b.serverIds().get(config.sidSpace())))
            .findFirst();
    if (named.isEmpty()) {
      return Answer.unroutable(Reason.FALLBACK_UNKNOWN_SERVER, key);
    }
    return new Answer(
        Reason.ROUTED_BY_CID,
        key,
        Optional.of(new NamedServer(config.sidSpace(), routable.serverId())),
        named);
  }
}
