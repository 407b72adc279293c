package io.tern.embedded.bmv2;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The algorithms of a {@link Calculation}. */
public enum HashAlgorithm {
  /** CRC-16/ARC. */
  CRC16("crc16"),
  /** CRC-32 as in zlib and Ethernet. */
  CRC32("crc32"),
  /** CRC-16/CCITT-FALSE. */
  CRC_CCITT("crcCCITT"),
  /** The Internet checksum, RFC 1071. */
  CSUM16("csum16"),
  XXH64("xxh64"),
  XOR16("xor16"),
  XOR32("xor32"),
  /** The first eight octets as an integer. */
  IDENTITY("identity");

  private static final Map<String, HashAlgorithm> BY_NAME = new TreeMap<>();

  static {
    for (HashAlgorithm algorithm : values()) {
      BY_NAME.put(algorithm.jsonName, algorithm);
    }
    BY_NAME.put("cksum16", CSUM16);
  }

  private final String jsonName;

  HashAlgorithm(String jsonName) {
    this.jsonName = jsonName;
  }

  static Optional<HashAlgorithm> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static String known() {
    return String.join(", ", BY_NAME.keySet());
  }
}
