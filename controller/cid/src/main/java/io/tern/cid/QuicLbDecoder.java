package io.tern.cid;

import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The QUIC-LB configurations that are in use side by side, at most seven, told apart by the
 * codepoint of the CID. Immutable and thread-safe.
 */
public final class QuicLbDecoder implements CidDecoder {
  private final QuicLbCodec[] byCodepoint = new QuicLbCodec[QuicLbConfig.MAX_CODEPOINT + 1];

  /**
   * A decoder of these configurations; with none, every CID is unroutable.
   *
   * @throws IllegalArgumentException if two have the same codepoint
   */
  public QuicLbDecoder(Collection<QuicLbConfig> configs) {
    for (QuicLbConfig config : configs) {
      if (byCodepoint[config.codepoint()] != null) {
        throw new IllegalArgumentException(
            "two configurations have codepoint "
                + config.codepoint()
                + "; a CID tells its configuration by the codepoint alone");
      }
      byCodepoint[config.codepoint()] = new QuicLbCodec(config);
    }
  }

  /** The codec of this codepoint, 0 to 7; empty if none is configured. */
  public Optional<QuicLbCodec> codec(int codepoint) {
    Objects.checkIndex(codepoint, QuicLbConfig.UNROUTABLE_CODEPOINT + 1);
    return codepoint <= QuicLbConfig.MAX_CODEPOINT
        ? Optional.ofNullable(byCodepoint[codepoint])
        : Optional.empty();
  }

  /**
   * Octets of the CID that begins with this octet, as its configuration issues it: a short header
   * does not say. Empty if no configuration has its codepoint.
   */
  public OptionalInt cidLength(int firstOctet) {
    return codec(QuicLbCodec.codepoint(firstOctet))
        .map(codec -> OptionalInt.of(codec.cidLength()))
        .orElse(OptionalInt.empty());
  }

  @Override
  public Decoded decode(ConnectionId cid) {
    if (cid.length() == 0) {
      return new Decoded.Unroutable(Decoded.Reason.TOO_SHORT);
    }
    return codec(QuicLbCodec.codepoint(cid.octet(0)))
        .map(codec -> codec.decode(cid))
        .orElseGet(() -> new Decoded.Unroutable(Decoded.Reason.UNKNOWN_CODEPOINT));
  }
}
