package io.tern.northbound.mapping;

import io.tern.core.intent.Forwarding;
import io.tern.northbound.error.Violations;
import java.util.Optional;

/** Ways to backends between API and intent. */
final class ForwardingMapping {
  private static final String FIELD = "pool.forwarding";

  private ForwardingMapping() {}

  /** Empty if it was wrong, which is noted. */
  static Optional<Forwarding> fromProto(
      io.tern.proto.v1.Forwarding forwarding, Violations violations) {
    return switch (forwarding.getModeCase()) {
      case L2, MODE_NOT_SET -> Optional.of(new Forwarding.L2());
      case IP_IP ->
          violations.parse(
              FIELD + ".ip_ip.source_entropy_mask",
              () ->
                  new Forwarding.IpIp(
                      Fields.unsigned(forwarding.getIpIp().getSourceEntropyMask())));
      case GUE -> {
        int port = Fields.unsigned(forwarding.getGue().getPort());
        yield violations.parse(
            FIELD + ".gue.port",
            () -> new Forwarding.Gue(port == 0 ? Forwarding.Gue.DEFAULT_PORT : port));
      }
      case NAT -> Optional.of(new Forwarding.Nat());
    };
  }

  static io.tern.proto.v1.Forwarding toProto(Forwarding forwarding) {
    io.tern.proto.v1.Forwarding.Builder proto = io.tern.proto.v1.Forwarding.newBuilder();
    if (forwarding instanceof Forwarding.IpIp ipIp) {
      proto.getIpIpBuilder().setSourceEntropyMask(ipIp.sourceEntropyMask());
    } else if (forwarding instanceof Forwarding.Gue gue) {
      proto.getGueBuilder().setPort(gue.port());
    } else if (forwarding instanceof Forwarding.Nat) {
      proto.setNat(io.tern.proto.v1.Forwarding.Nat.getDefaultInstance());
    } else {
      proto.setL2(io.tern.proto.v1.Forwarding.L2.getDefaultInstance());
    }
    return proto.build();
  }
}
