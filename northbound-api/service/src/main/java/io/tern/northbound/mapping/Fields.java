package io.tern.northbound.mapping;

import com.google.protobuf.Timestamp;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Endpoint;
import io.tern.northbound.error.Violations;
import java.time.Instant;
import java.util.Optional;

/** Fields that several resources have. */
final class Fields {
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
    // uint32: what is negative in Java is beyond the range all the same.
    return violations.parse(field, () -> DevicePorts.check(port < 0 ? Integer.MAX_VALUE : port));
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
