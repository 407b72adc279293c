package io.tern.cid;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * CIDs of one QUIC-LB configuration (draft-ietf-quic-load-balancers, "Server ID Encoding in
 * Connection IDs"): all three algorithms, every legal pair of lengths. Thread-safe.
 *
 * <p>The layout is one octet with the codepoint in its three high bits, then server ID and nonce,
 * encrypted together if the configuration has a key. The low five bits of the first octet are the
 * number of octets that follow, or random.
 */
public final class QuicLbCodec implements CidCodec {
  /** Largest value of the low five bits of the first octet. */
  public static final int MAX_FIRST_OCTET_BITS = 31;

  private static final int CODEPOINT_SHIFT = 5;
  private static final int PASSES = 4;

  private final QuicLbConfig config;
  private final IntSupplier freeBits;
  private final Transform encryption;
  private final Transform decryption;

  private interface Transform {
    byte[] apply(byte[] serverIdAndNonce);
  }

  /** A codec whose free bits are random. */
  public QuicLbCodec(QuicLbConfig config) {
    this(config, new SecureRandom());
  }

  /** A codec whose free bits come from {@code random}. */
  public QuicLbCodec(QuicLbConfig config, SecureRandom random) {
    this.config = requireNonNull(config, "config");
    requireNonNull(random, "random");
    this.freeBits = () -> random.nextInt(MAX_FIRST_OCTET_BITS + 1);
    switch (config.algorithm()) {
      case PLAINTEXT -> {
        encryption = text -> text;
        decryption = text -> text;
      }
      case SINGLE_PASS -> {
        AesBlock aes = new AesBlock(config.key().orElseThrow());
        encryption =
            text -> {
              aes.encrypt(text, 0);
              return text;
            };
        decryption =
            text -> {
              aes.decrypt(text, 0);
              return text;
            };
      }
      case FOUR_PASS -> {
        AesBlock aes = new AesBlock(config.key().orElseThrow());
        FeistelNetwork network = new FeistelNetwork(aes, config.cidLength() - 1, PASSES);
        encryption = network::encrypt;
        decryption = network::decrypt;
      }
      default -> throw new AssertionError(config.algorithm());
    }
  }

  /** The codepoint of a CID that begins with this octet: its three high bits, 0 to 7. */
  public static int codepoint(int firstOctet) {
    return (firstOctet & 0xff) >>> CODEPOINT_SHIFT;
  }

  /** The configuration of this codec. */
  public QuicLbConfig config() {
    return config;
  }

  @Override
  public int serverIdLength() {
    return config.serverIdLength();
  }

  @Override
  public int nonceLength() {
    return config.nonceLength();
  }

  @Override
  public int cidLength() {
    return config.cidLength();
  }

  @Override
  public ConnectionId encode(ServerId serverId, Nonce nonce) {
    return compose(
        serverId,
        nonce,
        config.lengthSelfDescription() ? config.cidLength() - 1 : freeBits.getAsInt());
  }

  /**
   * The CID with these low five bits in its first octet, for a server that uses them itself or must
   * be reproducible.
   *
   * @param firstOctetBits 0 to 31; without observable relationship to those of other CIDs
   * @throws IllegalArgumentException as {@link #encode(ServerId, Nonce)}, or if the bits are out of
   *     range, or if the configuration puts the length there
   */
  public ConnectionId encode(ServerId serverId, Nonce nonce, int firstOctetBits) {
    if (config.lengthSelfDescription()) {
      throw new IllegalArgumentException(
          "the configuration puts the length into the low five bits of the first octet: they are"
              + " not free");
    }
    if (firstOctetBits < 0 || firstOctetBits > MAX_FIRST_OCTET_BITS) {
      throw new IllegalArgumentException(
          "first octet bits are " + firstOctetBits + "; five bits hold 0 to 31");
    }
    return compose(serverId, nonce, firstOctetBits);
  }

  private ConnectionId compose(ServerId serverId, Nonce nonce, int lowBits) {
    checkLength("server ID", serverId.length(), config.serverIdLength());
    checkLength("nonce", nonce.length(), config.nonceLength());
    byte[] plaintext = Arrays.copyOf(serverId.toByteArray(), config.cidLength() - 1);
    System.arraycopy(
        nonce.toByteArray(), 0, plaintext, config.serverIdLength(), config.nonceLength());
    byte[] cid = new byte[config.cidLength()];
    cid[0] = (byte) (config.codepoint() << CODEPOINT_SHIFT | lowBits);
    System.arraycopy(encryption.apply(plaintext), 0, cid, 1, cid.length - 1);
    return ConnectionId.of(cid);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The low five bits of the first octet are not read: whether servers describe the length there
   * is no business of a load balancer.
   */
  @Override
  public Decoded decode(ConnectionId cid) {
    if (cid.length() == 0) {
      return new Decoded.Unroutable(Decoded.Reason.TOO_SHORT);
    }
    if (codepoint(cid.octet(0)) != config.codepoint()) {
      return new Decoded.Unroutable(Decoded.Reason.UNKNOWN_CODEPOINT);
    }
    if (cid.length() < config.cidLength()) {
      return new Decoded.Unroutable(Decoded.Reason.TOO_SHORT);
    }
    byte[] plaintext = decryption.apply(cid.copyOfRange(1, config.cidLength()));
    return new Decoded.Routable(
        config.codepoint(),
        ServerId.of(Arrays.copyOf(plaintext, config.serverIdLength())),
        Nonce.of(Arrays.copyOfRange(plaintext, config.serverIdLength(), plaintext.length)));
  }

  private static void checkLength(String what, int length, int configured) {
    if (length != configured) {
      throw new IllegalArgumentException(
          what + " has " + length + " octets; the configuration has " + configured);
    }
  }

  @Override
  public String toString() {
    return "QuicLbCodec[" + config + "]";
  }
}
