package io.tern.app.rotation;

import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Frames;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Frames to one VIP: those of a backend's connections, whose CIDs name it, or those of no one's,
 * which the fallback routes.
 *
 * @param names configuration and server ID of the backend that the CIDs name
 */
record Flow(Endpoint vip, Optional<Named> names) {
  private static final int SEQUENCE_OCTETS = 8;

  /** What a CID says. */
  record Named(QuicLbConfig config, ServerId serverId, int backend) {}

  /** Every flow that an intent routes. */
  static List<Flow> of(Intent intent) {
    List<Flow> flows = new ArrayList<>();
    for (Vip vip : intent.vips().values()) {
      flows.add(new Flow(vip.endpoint(), Optional.empty()));
      for (CidConfig config : intent.cidConfigsOf(vip.poolId()).values()) {
        for (Backend backend : intent.backendsOf(vip.poolId()).values()) {
          Named named =
              new Named(
                  config.quicLb(), backend.serverIds().get(config.sidSpace()), backend.number());
          flows.add(new Flow(vip.endpoint(), Optional.of(named)));
        }
      }
    }
    return flows;
  }

  /**
   * A frame from a random client, with a CID that was never seen before, and a number at its end.
   */
  byte[] frame(Random random, long sequence) {
    String client =
        vip.isV6()
            ? "2001:db8:100::" + Integer.toHexString(1 + random.nextInt(0xffff))
            : "203.0.113." + (1 + random.nextInt(254));
    String cid = HexFormat.of().formatHex(cid(random));
    Frames frames =
        Frames.udp(
            client, 1024 + random.nextInt(60_000), vip.address().getHostAddress(), vip.port());
    byte[] frame = (random.nextBoolean() ? frames.quicShort(cid) : frames.quicLong(cid)).octets();
    for (int i = 0; i < SEQUENCE_OCTETS; i++) {
      frame[frame.length - 1 - i] = (byte) (sequence >>> (8 * i));
    }
    return frame;
  }

  /** The number at the end of a frame. */
  static long sequence(byte[] frame) {
    long sequence = 0;
    for (int i = SEQUENCE_OCTETS; i > 0; i--) {
      sequence = sequence << 8 | (frame[frame.length - i] & 0xff);
    }
    return sequence;
  }

  private byte[] cid(Random random) {
    if (names.isEmpty()) {
      byte[] cid = new byte[8];
      random.nextBytes(cid);
      // As clients choose their first DCID, but for the codepoint: chance must not make it ours.
      cid[0] = (byte) (QuicLbConfig.UNROUTABLE_CODEPOINT << 5 | (cid[0] & 0x1f));
      return cid;
    }
    byte[] nonce = new byte[names.get().config().nonceLength()];
    random.nextBytes(nonce);
    return new QuicLbCodec(names.get().config())
        .encode(names.get().serverId(), Nonce.of(nonce))
        .toByteArray();
  }
}
