package io.tern.quicserver;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.tern.cid.CidKey;
import io.tern.cid.ConnectionId;
import io.tern.cid.NonceSource;
import io.tern.cid.NoncesExhaustedException;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Netty's QUIC codec issue CIDs that name the server: the first of a connection, those of
 * later NEW_CONNECTION_ID frames, and those of Retry packets. Thread-safe; one instance may serve
 * many codecs of one server.
 *
 * <p>Without a CID configuration, or when its nonces are used up, CIDs are random with the reserved
 * codepoint 0b111: valid, but routed by the 4-tuple alone. The draft asks such servers to disable
 * active migration ("Configuration Failover").
 *
 * <p>Netty fixes the length of a server's CIDs when the server is built:
 *
 * <pre>{@code
 * TernConnectionIdGenerator generator = new TernConnectionIdGenerator(client.first().join());
 * client.addListener(generator);
 * new QuicServerCodecBuilder()
 *     .localConnectionIdLength(generator.localConnectionIdLength())
 *     .connectionIdAddressGenerator(generator)
 *     .activeMigration(true)
 *     .activeConnectionIdLimit(32)
 * }</pre>
 *
 * <p>The last line is needed because quiche keeps a path for each address that a client had, as
 * many as this limit allows: with the default of 2, a connection survives one NAT rebinding and
 * dies with the second, whoever routes it.
 */
public final class TernConnectionIdGenerator
    implements QuicConnectionIdGenerator, ServerConfigListener {
  /** Length of the CIDs of a server whose pool has no CID configuration when it is built. */
  public static final int DEFAULT_LENGTH = ConnectionId.MAX_LENGTH_QUIC_V1;

  private static final Logger log = LoggerFactory.getLogger(TernConnectionIdGenerator.class);

  private final int length;
  private final SecureRandom random;
  private final Function<QuicLbConfig, NonceSource> newNonces;
  private volatile Issuer issuer;

  /**
   * The sources of every configuration that was ever adopted: one that comes back with the same key
   * must not start its nonces anew.
   */
  @GuardedBy("this")
  private final Map<NonceSpace, NonceSource> nonces = new HashMap<>();

  /** Where a nonce must not be used twice. The codepoint is not part of it: it is not encrypted. */
  private record NonceSpace(ServerId serverId, int nonceLength, Optional<CidKey> key) {}

  /** What CIDs are issued with; one instance for each adoption, compared by identity. */
  private static final class Issuer {
    private final ServerConfig config;
    private final Supplier<byte[]> ids;

    Issuer(ServerConfig config, Supplier<byte[]> ids) {
      this.config = config;
      this.ids = ids;
    }
  }

  /** A generator with this configuration, whose CIDs have its length for ever. */
  public TernConnectionIdGenerator(ServerConfig config) {
    this(config, new SecureRandom());
  }

  /** A generator with this source of randomness, which has to be a secure one. */
  public TernConnectionIdGenerator(ServerConfig config, SecureRandom random) {
    this(config, random, layout -> NonceSource.forConfig(layout, random));
  }

  /** A generator with these sources of nonces. */
  TernConnectionIdGenerator(
      ServerConfig config, SecureRandom random, Function<QuicLbConfig, NonceSource> newNonces) {
    this.random = requireNonNull(random, "random");
    this.newNonces = requireNonNull(newNonces, "newNonces");
    this.length = localConnectionIdLength(config);
    adopt(config);
  }

  /**
   * The length that a server with this configuration has to be built with: that of the CIDs that it
   * is to issue, or {@link #DEFAULT_LENGTH}.
   */
  public static int localConnectionIdLength(ServerConfig config) {
    return config.issue().map(cid -> cid.config().cidLength()).orElse(DEFAULT_LENGTH);
  }

  /** The length of the CIDs of this generator, for {@code localConnectionIdLength} of the codec. */
  public int localConnectionIdLength() {
    return length;
  }

  /** The configuration that CIDs are issued with. */
  public ServerConfig adopted() {
    return issuer.config;
  }

  /**
   * Issues CIDs with this configuration from now on, and no longer with the one before.
   *
   * @throws CidLengthMismatchException if its CIDs have another length; the one before stays
   */
  public synchronized void adopt(ServerConfig config) {
    Optional<ServerCid> issue = config.issue();
    if (issue.isEmpty()) {
      issuer = new Issuer(config, this::unroutable);
      return;
    }
    QuicLbConfig layout = issue.get().config();
    ServerId serverId = issue.get().serverId();
    if (layout.cidLength() != length) {
      throw new CidLengthMismatchException(config, issue.get(), length);
    }
    NonceSource source =
        nonces.computeIfAbsent(
            new NonceSpace(serverId, layout.nonceLength(), layout.key()),
            space -> newNonces.apply(layout));
    QuicLbCodec codec = new QuicLbCodec(layout, random);
    issuer = new Issuer(config, () -> codec.encode(serverId, source.next()).toByteArray());
  }

  /**
   * {@inheritDoc}
   *
   * @throws CidLengthMismatchException as {@link #adopt}
   */
  @Override
  public void onConfig(ServerConfig config) {
    adopt(config);
  }

  /**
   * A CID that was never issued before.
   *
   * @throws IllegalArgumentException if the codec was built with another length
   */
  @Override
  public ByteBuffer newId(int requested) {
    if (requested != length) {
      throw new IllegalArgumentException(
          "the codec asks for connection IDs of "
              + requested
              + " octets, this generator issues "
              + length
              + ": build the codec with localConnectionIdLength("
              + length
              + ")");
    }
    Issuer now = issuer;
    try {
      return ByteBuffer.wrap(now.ids.get());
    } catch (NoncesExhaustedException e) {
      exhausted(now, e);
      return ByteBuffer.wrap(unroutable());
    }
  }

  /** As {@link #newId(int)}: the input is not used, because the same input may come twice. */
  @Override
  public ByteBuffer newId(ByteBuffer input, int requested) {
    return newId(requested);
  }

  @Override
  public int maxConnectionIdLength() {
    return ConnectionId.MAX_LENGTH_QUIC_V1;
  }

  @Override
  public boolean isIdempotent() {
    return false;
  }

  /** Random, with the reserved codepoint; the low five bits must describe the length. */
  private byte[] unroutable() {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    octets[0] = (byte) (QuicLbConfig.UNROUTABLE_CODEPOINT << 5 | length - 1);
    return octets;
  }

  /** Changes to unroutable CIDs, and says so once. */
  private synchronized void exhausted(Issuer exhausted, NoncesExhaustedException reason) {
    if (issuer == exhausted) {
      log.error(
          "revision {}: {}; new connection IDs are unroutable until then",
          exhausted.config.revision(),
          reason.getMessage());
      issuer = new Issuer(exhausted.config, this::unroutable);
    }
  }
}
