package io.tern.cid;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every legal pair of lengths, in clear text and with a key: 120 pairs, 240 configurations. */
final class LegalConfigs {
  private LegalConfigs() {}

  static List<QuicLbConfig> all(CidKey key) {
    List<QuicLbConfig> configs = new ArrayList<>();
    for (int serverIdLength = 1; serverIdLength <= ServerId.MAX_LENGTH; serverIdLength++) {
      for (int nonceLength = QuicLbConfig.MIN_NONCE_LENGTH;
          nonceLength + serverIdLength <= QuicLbConfig.MAX_SUM;
          nonceLength++) {
        configs.add(config(serverIdLength, nonceLength, Optional.empty()));
        configs.add(config(serverIdLength, nonceLength, Optional.of(key)));
      }
    }
    return configs;
  }

  static QuicLbConfig config(int serverIdLength, int nonceLength, Optional<CidKey> key) {
    return new QuicLbConfig(
        (serverIdLength + nonceLength) % (QuicLbConfig.MAX_CODEPOINT + 1),
        QuicLbConfig.algorithmFor(serverIdLength, nonceLength, key.isPresent()),
        serverIdLength,
        nonceLength,
        key,
        false);
  }
}
