package io.tern.quicserver;

import com.google.protobuf.ByteString;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.ServerCidConfig;
import java.util.HexFormat;

/** Configurations as the controller sends them. */
final class Messages {
  static final String KEY_HEX = "8f95f09245765f80256934e50c66207f";

  private Messages() {}

  /** Server ID c4605e, nonces of 8 octets, clear text: CIDs of 12 octets. */
  static ServerCidConfig.Builder plaintext(int codepoint) {
    return ServerCidConfig.newBuilder()
        .setCodepoint(codepoint)
        .setAlgorithm(CidAlgorithm.CID_ALGORITHM_PLAINTEXT)
        .setServerIdLength(3)
        .setNonceLength(8)
        .setServerId(octets("c4605e"));
  }

  /** Server ID 31441a, nonces of 8 octets, four passes: CIDs of 12 octets. */
  static ServerCidConfig.Builder fourPass(int codepoint) {
    return plaintext(codepoint)
        .setAlgorithm(CidAlgorithm.CID_ALGORITHM_FOUR_PASS)
        .setKey(octets(KEY_HEX))
        .setServerId(octets("31441a"));
  }

  /** Server ID 31441a, nonces of 13 octets, single pass: CIDs of 17 octets. */
  static ServerCidConfig.Builder singlePass(int codepoint) {
    return fourPass(codepoint)
        .setAlgorithm(CidAlgorithm.CID_ALGORITHM_SINGLE_PASS)
        .setNonceLength(13);
  }

  /** A message that issues CIDs with the first of these. */
  static QuicServerConfig config(long revision, ServerCidConfig.Builder... cids) {
    QuicServerConfig.Builder message = QuicServerConfig.newBuilder().setRevision(revision);
    for (ServerCidConfig.Builder cid : cids) {
      message.addCidConfigs(cid);
    }
    if (cids.length > 0) {
      message.setIssueCodepoint(cids[0].getCodepoint());
    }
    return message.build();
  }

  /** What a client makes of {@link #config}. */
  static ServerConfig read(long revision, ServerCidConfig.Builder... cids) {
    try {
      return ServerConfigReader.read(config(revision, cids));
    } catch (InvalidServerConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static ByteString octets(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
