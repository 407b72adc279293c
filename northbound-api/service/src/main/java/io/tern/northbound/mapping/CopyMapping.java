package io.tern.northbound.mapping;

import io.tern.core.intent.CopyPolicy;
import io.tern.northbound.error.Violations;
import io.tern.p4.contract.Reason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Copies for the controller between API and intent. */
final class CopyMapping {
  private CopyMapping() {}

  /** Those that are right; what is wrong is noted. */
  static Map<Reason, CopyPolicy> fromProto(
      List<io.tern.proto.v1.CopyPolicy> protos, Violations violations) {
    Map<Reason, CopyPolicy> copies = new EnumMap<>(Reason.class);
    for (int i = 0; i < protos.size(); i++) {
      io.tern.proto.v1.CopyPolicy proto = protos.get(i);
      String path = "device.copies[" + i + "]";
      Optional<Reason> reason =
          violations.parse(path + ".reason", () -> CopyPolicy.reason(proto.getReason()));
      int rate = Fields.unsigned(proto.getPacketsPerSecond());
      int burst = Fields.unsigned(proto.getBurst());
      Optional<CopyPolicy> policy =
          violations.parse(
              path,
              () ->
                  new CopyPolicy(
                      rate, burst == 0 ? rate : burst, Fields.unsigned(proto.getSampleMask())));
      if (reason.isPresent() && policy.isPresent()) {
        violations.check(
            copies.put(reason.get(), policy.get()) == null,
            path + ".reason",
            proto.getReason() + " is listed twice; a reason has one policy");
      }
    }
    return copies;
  }

  /** In the order of the reasons' cells. */
  static List<io.tern.proto.v1.CopyPolicy> toProto(Map<Reason, CopyPolicy> copies) {
    return new TreeMap<>(copies)
        .entrySet().stream()
            .map(
                entry ->
                    io.tern.proto.v1.CopyPolicy.newBuilder()
                        .setReason(entry.getKey().label())
                        .setPacketsPerSecond(entry.getValue().packetsPerSecond())
                        .setBurst(entry.getValue().burst())
                        .setSampleMask(entry.getValue().sampleMask())
                        .build())
            .toList();
  }
}
