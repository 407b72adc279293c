package io.tern.quicserver;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.ServerCidConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the northbound message and refuses what is no legal configuration. */
final class ServerConfigReader {
  private ServerConfigReader() {}

  static ServerConfig read(QuicServerConfig message) throws InvalidServerConfigException {
    List<ServerCid> cids = new ArrayList<>();
    for (int i = 0; i < message.getCidConfigsCount(); i++) {
      try {
        cids.add(read(message.getCidConfigs(i)));
      } catch (IllegalArgumentException e) {
        throw refusal(message, "cid_configs[" + i + "]: " + e.getMessage());
      }
    }
    Optional<ServerCid> issue = Optional.empty();
    if (message.hasIssueCodepoint()) {
      issue =
          cids.stream()
              .filter(cid -> cid.config().codepoint() == message.getIssueCodepoint())
              .findFirst();
      if (issue.isEmpty()) {
        throw refusal(
            message,
            "issue_codepoint is "
                + Integer.toUnsignedString(message.getIssueCodepoint())
                + "; no entry of cid_configs has that codepoint");
      }
    }
    try {
      return new ServerConfig(message.getRevision(), cids, issue);
    } catch (IllegalArgumentException e) {
      throw refusal(message, e.getMessage());
    }
  }

  private static ServerCid read(ServerCidConfig message) {
    QuicLbConfig config =
        new QuicLbConfig(
            unsigned("codepoint", message.getCodepoint()),
            algorithm(message),
            unsigned("server_id_length", message.getServerIdLength()),
            unsigned("nonce_length", message.getNonceLength()),
            message.getKey().isEmpty()
                ? Optional.empty()
                : Optional.of(CidKey.of(message.getKey().toByteArray())),
            message.getLengthSelfDescription());
    return new ServerCid(config, ServerId.of(message.getServerId().toByteArray()));
  }

  // Java shows a uint32 beyond 2^31 as negative, which would be confusing in a message.
  private static int unsigned(String field, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          field + " is " + Integer.toUnsignedString(value) + ", far out of range");
    }
    return value;
  }

  private static CidAlgorithm algorithm(ServerCidConfig message) {
    return switch (message.getAlgorithm()) {
      case CID_ALGORITHM_PLAINTEXT -> CidAlgorithm.PLAINTEXT;
      case CID_ALGORITHM_SINGLE_PASS -> CidAlgorithm.SINGLE_PASS;
      case CID_ALGORITHM_FOUR_PASS -> CidAlgorithm.FOUR_PASS;
      case CID_ALGORITHM_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "algorithm "
                  + message.getAlgorithmValue()
                  + " is unknown; it must be PLAINTEXT, SINGLE_PASS or FOUR_PASS");
    };
  }

  private static InvalidServerConfigException refusal(QuicServerConfig message, String rule) {
    return new InvalidServerConfigException("revision " + message.getRevision() + ": " + rule);
  }
}
