package io.tern.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.PoolOptions;
import io.tern.store.ResourceCodec.Fields;
import java.time.Duration;
import java.util.Optional;

/** The stored form of a pool's options. */
final class PoolOptionsForm {
  private PoolOptionsForm() {}

  static void write(PoolOptions options, ObjectNode to) {
    forwarding(options.forwarding(), to.putObject("forwarding"));
    to.put("countMigrated", options.countMigrated())
        .put("replicateIcmpErrors", options.replicateIcmpErrors())
        .put("checkCidLength", options.checkCidLength());
    options.stateTimeout().ifPresent(timeout -> to.put("stateTimeout", timeout.toString()));
  }

  private static void forwarding(Forwarding forwarding, ObjectNode to) {
    if (forwarding instanceof Forwarding.IpIp ipIp) {
      to.put("mode", "ipip").put("sourceEntropyMask", ipIp.sourceEntropyMask());
    } else if (forwarding instanceof Forwarding.Gue gue) {
      to.put("mode", "gue").put("port", gue.port());
    } else {
      to.put("mode", forwarding instanceof Forwarding.Nat ? "nat" : "l2");
    }
  }

  /**
   * @throws IllegalArgumentException if the document does not describe options
   */
  static PoolOptions read(Fields from) {
    return new PoolOptions(
        forwarding(from.object("forwarding")),
        from.flag("countMigrated"),
        from.flag("replicateIcmpErrors"),
        from.has("stateTimeout")
            ? Optional.of(Duration.parse(from.text("stateTimeout")))
            : Optional.empty(),
        from.flag("checkCidLength"));
  }

  private static Forwarding forwarding(Fields from) {
    return switch (from.text("mode")) {
      case "l2" -> new Forwarding.L2();
      case "ipip" -> new Forwarding.IpIp(from.integer("sourceEntropyMask"));
      case "gue" -> new Forwarding.Gue(from.integer("port"));
      case "nat" -> new Forwarding.Nat();
      default ->
          throw new IllegalArgumentException(
              "field \"mode\" is no way of forwarding; it must be l2, ipip, gue or nat");
    };
  }
}
