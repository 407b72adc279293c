package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * What clients and servers of an intent could put into UDP, in hexadecimal: mostly QUIC with CIDs
 * that backends could have issued, and all that comes to the same port besides. Not thread-safe.
 */
final class RandomPayloads {
  private static final int[] VERSIONS = {0x00000001, 0x6b3343cf, 0, 0xff00001d, 0x51303530};

  /** Few, so that state tables meet the same ones again. */
  private static final int CLIENT_CIDS = 6;

  /** DCIDs whose CRC-32 agrees in the bits that choose the cell of a state table. */
  private static final List<String> SAME_CELL = sameCell(3);

  private final Intent intent;
  private final Random random;
  private final Map<QuicLbConfig, QuicLbCodec> codecs = new HashMap<>();

  RandomPayloads(Intent intent, Random random) {
    this.intent = intent;
    this.random = random;
  }

  /** What a client sends to a VIP of this pool; or something else. */
  String fromClient(Optional<String> pool) {
    return switch (random.nextInt(16)) {
      case 0 -> "";
      case 1 -> dtls();
      case 2 -> octets(1 + random.nextInt(40));
      case 3 -> cut(longHeader(cid(pool), octets(random.nextInt(9))));
      case 4 ->
          "c0" + octets(4) + "%02x".formatted(random.nextInt(256)) + octets(random.nextInt(60));
      case 5 -> firstOctet(0x40) + cid(pool);
      case 6, 7, 8, 9 -> firstOctet(0x40) + cid(pool) + octets(random.nextInt(24));
      default -> longHeader(cid(pool), octets(random.nextInt(9))) + coalesced(pool);
    };
  }

  /** What a backend of this pool sends: its CID is the source. */
  String fromServer(Optional<String> pool) {
    String clientCid = octets(random.nextInt(4) == 0 ? 0 : random.nextInt(21));
    return switch (random.nextInt(8)) {
      case 0 -> firstOctet(0x40) + clientCid + octets(16);
      case 1 -> cut(longHeader(clientCid, cid(pool)));
      case 2 -> octets(random.nextInt(30));
      default -> longHeader(clientCid, cid(pool)) + octets(random.nextInt(24));
    };
  }

  private String longHeader(String dcid, String scid) {
    int version = random.nextInt(5) == 0 ? greased() : VERSIONS[random.nextInt(VERSIONS.length)];
    return firstOctet(0xc0)
        + "%08x".formatted(version)
        + "%02x".formatted(dcid.length() / 2)
        + dcid
        + "%02x".formatted(scid.length() / 2)
        + scid;
  }

  /** RFC 9000, section 15: the pattern 0x?a?a?a?a. */
  private int greased() {
    return (random.nextInt() & 0xf0f0f0f0) | 0x0a0a0a0a;
  }

  private String coalesced(Optional<String> pool) {
    return random.nextInt(3) == 0
        ? longHeader(cid(pool), "") + octets(8)
        : octets(random.nextInt(24));
  }

  /** Fixed bit and type are the versions' own affair: any of their values will do. */
  private String firstOctet(int form) {
    return "%02x".formatted((form & 0x80) | random.nextInt(0x80));
  }

  /** DTLS 1.2 (RFC 6347), 1.3 (RFC 9147, unified header) with and without connection ID. */
  private String dtls() {
    return switch (random.nextInt(4)) {
      case 0 -> "16fefd" + "0000000000000001" + "0010" + octets(16);
      case 1 -> "17fefd" + "0001000000000007" + "0018" + octets(24);
      case 2 -> "19fefd" + "0001000000000007" + octets(8) + "0018" + octets(24);
      default -> "%02x".formatted(0x20 | random.nextInt(32)) + octets(30);
    };
  }

  /** Mostly one that a backend of the pool could have issued, sometimes one of another pool. */
  String cid(Optional<String> pool) {
    return switch (random.nextInt(12)) {
      case 0 -> octets(random.nextInt(24));
      case 1 -> random.nextInt(8) == 0 ? octets(20 + random.nextInt(236)) : "";
      // As clients make them for their first packets.
      case 2, 3, 4 -> clientCid();
      case 5 -> issued(Optional.empty());
      default -> issued(pool);
    };
  }

  private String clientCid() {
    if (random.nextInt(6) == 0) {
      return SAME_CELL.get(random.nextInt(SAME_CELL.size()));
    }
    int which = random.nextInt(CLIENT_CIDS);
    return "e%x%02x".formatted(which, which) + "c1".repeat(which == 0 ? 4 : 6 + 2 * which);
  }

  private String issued(Optional<String> pool) {
    List<CidConfig> configs =
        List.copyOf(
            pool.map(id -> intent.cidConfigsOf(id).values())
                .orElseGet(() -> intent.cidConfigs().values()));
    List<Backend> backends =
        List.copyOf(
            pool.map(id -> intent.backendsOf(id).values())
                .orElseGet(() -> intent.backends().values()));
    if (configs.isEmpty() || backends.isEmpty()) {
      return octets(2 + random.nextInt(18));
    }
    CidConfig config = configs.get(random.nextInt(configs.size()));
    QuicLbConfig quicLb = config.quicLb();
    ServerId serverId =
        backends.get(random.nextInt(backends.size())).serverIds().get(config.sidSpace());
    if (serverId == null || random.nextInt(10) == 0) {
      serverId = ServerId.parse(octets(quicLb.serverIdLength()));
    }
    QuicLbCodec codec = codecs.computeIfAbsent(quicLb, QuicLbCodec::new);
    Nonce nonce = Nonce.parse(octets(quicLb.nonceLength()));
    String cid =
        quicLb.lengthSelfDescription()
            ? codec.encode(serverId, nonce).toString()
            : codec.encode(serverId, nonce, random.nextInt(32)).toString();
    return switch (random.nextInt(10)) {
      case 0 -> cid.substring(0, 2 * random.nextInt(cid.length() / 2));
      case 1 -> cid + octets(random.nextInt(6));
      case 2 -> quicLb.algorithm() == CidAlgorithm.PLAINTEXT ? cid : flipped(cid);
      case 3 -> "%02x".formatted(quicLb.codepoint() << 5 | random.nextInt(32)) + cid.substring(2);
      default -> cid;
    };
  }

  private static List<String> sameCell(int count) {
    List<String> cids = new ArrayList<>();
    for (long i = 0; cids.size() < count; i++) {
      byte[] octets = ByteBuffer.allocate(8).putLong(0xe5L << 56 | i).array();
      CRC32 crc = new CRC32();
      crc.update(octets);
      if ((crc.getValue() & (FlowState.CELLS - 1)) == 0x1234) {
        cids.add(HexFormat.of().formatHex(octets));
      }
    }
    return List.copyOf(cids);
  }

  private String flipped(String cid) {
    byte[] octets = HexFormat.of().parseHex(cid);
    octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
    return HexFormat.of().formatHex(octets);
  }

  private String cut(String hex) {
    return hex.substring(0, 2 * random.nextInt(hex.length() / 2 + 1));
  }

  String octets(int count) {
    byte[] octets = new byte[count];
    random.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }
}
