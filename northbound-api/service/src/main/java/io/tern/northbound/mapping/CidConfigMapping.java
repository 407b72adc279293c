package io.tern.northbound.mapping;

import com.google.protobuf.ByteString;
import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.Violations;
import io.tern.proto.v1.CreateCidConfigRequest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;

/** CID configurations between API and intent. Keys go in and never come out. */
public final class CidConfigMapping {
  private static final String LENGTHS = "cid_config.nonce_length";

  private CidConfigMapping() {}

  /**
   * The CID configuration that a request describes; an encrypted one without a key gets one.
   *
   * @param random for the key
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT; the key is not in it
   */
  public static CidConfigSpec fromProto(
      CreateCidConfigRequest request, Instant now, SecureRandom random) {
    Violations violations = new Violations();
    Optional<String> pool = violations.parse("parent", () -> Names.poolId(request.getParent()));
    Optional<Integer> codepoint =
        violations.parse("cid_config_id", () -> Names.codepoint(request.getCidConfigId()));
    violations.check(request.hasCidConfig(), "cid_config", "is required");
    violations.throwIfAny();
    io.tern.proto.v1.CidConfig config = request.getCidConfig();
    Optional<CidAlgorithm> algorithm =
        violations.parse("cid_config.algorithm", () -> algorithm(config.getAlgorithm()));
    checkLengths(config.getServerIdLength(), config.getNonceLength(), violations);
    Optional<Optional<CidKey>> key =
        algorithm.flatMap(
            known -> violations.parse("cid_config.key", () -> key(known, config.getKey(), random)));
    violations.throwIfAny();
    // Each field is right by itself: what is left is whether the algorithm is for these lengths.
    QuicLbConfig quicLb =
        violations.get(
            violations.parse(
                "cid_config.algorithm",
                () ->
                    new QuicLbConfig(
                        codepoint.orElseThrow(),
                        algorithm.orElseThrow(),
                        config.getServerIdLength(),
                        config.getNonceLength(),
                        key.orElseThrow(),
                        config.getLengthSelfDescription())));
    return new CidConfigSpec(violations.get(pool), quicLb, now);
  }

  private static void checkLengths(int serverId, int nonce, Violations violations) {
    boolean serverIdOk = serverId >= 1 && serverId <= ServerId.MAX_LENGTH;
    boolean nonceOk =
        nonce >= QuicLbConfig.MIN_NONCE_LENGTH && nonce <= QuicLbConfig.MAX_NONCE_LENGTH;
    violations.check(
        serverIdOk,
        "cid_config.server_id_length",
        "server ID length is " + serverId + "; it must be 1 to " + ServerId.MAX_LENGTH + " octets");
    violations.check(
        nonceOk,
        LENGTHS,
        "nonce length is "
            + nonce
            + "; it must be "
            + QuicLbConfig.MIN_NONCE_LENGTH
            + " to "
            + QuicLbConfig.MAX_NONCE_LENGTH
            + " octets");
    violations.check(
        !serverIdOk || !nonceOk || serverId + nonce <= QuicLbConfig.MAX_SUM,
        LENGTHS,
        "server ID length "
            + serverId
            + " and nonce length "
            + nonce
            + " make "
            + (serverId + nonce)
            + " octets; the sum must be at most "
            + QuicLbConfig.MAX_SUM
            + ", so that the CID fits into 20");
  }

  private static Optional<CidKey> key(
      CidAlgorithm algorithm, ByteString octets, SecureRandom random) {
    if (algorithm == CidAlgorithm.PLAINTEXT) {
      if (!octets.isEmpty()) {
        throw new IllegalArgumentException("a clear-text configuration has no key; leave it empty");
      }
      return Optional.empty();
    }
    if (!octets.isEmpty()) {
      return Optional.of(CidKey.of(octets.toByteArray()));
    }
    byte[] generated = new byte[CidKey.LENGTH];
    random.nextBytes(generated);
    return Optional.of(CidKey.of(generated));
  }

  private static CidAlgorithm algorithm(io.tern.proto.v1.CidAlgorithm algorithm) {
    return switch (algorithm) {
      case CID_ALGORITHM_PLAINTEXT -> CidAlgorithm.PLAINTEXT;
      case CID_ALGORITHM_SINGLE_PASS -> CidAlgorithm.SINGLE_PASS;
      case CID_ALGORITHM_FOUR_PASS -> CidAlgorithm.FOUR_PASS;
      case CID_ALGORITHM_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "is required: CID_ALGORITHM_PLAINTEXT, CID_ALGORITHM_SINGLE_PASS or"
                  + " CID_ALGORITHM_FOUR_PASS");
    };
  }

  /** An algorithm as the API calls it. */
  public static io.tern.proto.v1.CidAlgorithm toProto(CidAlgorithm algorithm) {
    return switch (algorithm) {
      case PLAINTEXT -> io.tern.proto.v1.CidAlgorithm.CID_ALGORITHM_PLAINTEXT;
      case SINGLE_PASS -> io.tern.proto.v1.CidAlgorithm.CID_ALGORITHM_SINGLE_PASS;
      case FOUR_PASS -> io.tern.proto.v1.CidAlgorithm.CID_ALGORITHM_FOUR_PASS;
    };
  }

  /** Without the key. */
  public static io.tern.proto.v1.CidConfig toProto(CidConfig config) {
    QuicLbConfig quicLb = config.quicLb();
    return io.tern.proto.v1.CidConfig.newBuilder()
        .setName(ResourceNames.cidConfigName(new CidConfigKey(config.poolId(), quicLb.codepoint())))
        .setAlgorithm(toProto(quicLb.algorithm()))
        .setServerIdLength(quicLb.serverIdLength())
        .setNonceLength(quicLb.nonceLength())
        .setLengthSelfDescription(quicLb.lengthSelfDescription())
        .setState(toProto(config.state()))
        .setEtag(etag(config))
        .setCreateTime(Fields.timestamp(config.createTime()))
        .build();
  }

  private static io.tern.proto.v1.CidConfig.State toProto(CidConfig.State state) {
    return switch (state) {
      case PREPARED -> io.tern.proto.v1.CidConfig.State.PREPARED;
      case ACTIVE -> io.tern.proto.v1.CidConfig.State.ACTIVE;
      case RETIRING -> io.tern.proto.v1.CidConfig.State.RETIRING;
    };
  }

  public static String etag(CidConfig config) {
    return CanonicalForm.etag(CanonicalForm.of(config));
  }
}
