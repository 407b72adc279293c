package io.tern.northbound.mapping;

import com.google.protobuf.Timestamp;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Endpoint;
import io.tern.northbound.error.Violations;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Fields that several resources have. */
final class Fields {
  /** Bounds of google.protobuf.Duration: about 10,000 years. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private static final int MAX_NANOS = 999_999_999;

  private Fields() {}

  /** Address and port of a resource, whose fields are named "address" and "port". */
  static Optional<Endpoint> endpoint(
      String resource, String address, int port, Violations violations) {
    boolean portIsLegal = port >= 1 && port <= 65_535;
    violations.check(
        portIsLegal, resource + ".port", "port is " + port + "; it must be 1 to 65535");
    if (address.isEmpty()) {
      violations.add(resource + ".address", "is required: an IPv4 or IPv6 address literal");
      return Optional.empty();
    }
    return violations.parse(
        resource + ".address", () -> Endpoint.of(address, portIsLegal ? port : 1));
  }

  static Optional<Integer> devicePort(String field, int port, Violations violations) {
    return violations.parse(field, () -> DevicePorts.check(unsigned(port)));
  }

  /** A uint32 as what it means, or the largest int: no field of ours goes so far. */
  static int unsigned(int uint32) {
    return uint32 < 0 ? Integer.MAX_VALUE : uint32;
  }

  /**
   * @throws IllegalArgumentException if the message is beyond what a duration may be
   */
  static Duration duration(com.google.protobuf.Duration duration) {
    if (Math.abs(duration.getSeconds()) > MAX_SECONDS
        || Math.abs(duration.getNanos()) > MAX_NANOS) {
      throw new IllegalArgumentException(
          duration.getSeconds() + " s and " + duration.getNanos() + " ns are no duration");
    }
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.toSeconds())
        .setNanos(duration.toNanosPart())
        .build();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
