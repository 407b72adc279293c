package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.cid.ServerId;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.p4.contract.Reason;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What must happen to a packet. Immutable.
 *
 * @param reason why: the one cell of the reason counter that the packet counts in
 * @param hits the resources whose own counters count the packet
 * @param outputs every frame that leaves but the copy for the controller, by port; none if the
 *     packet is dropped, or L2 has nowhere to send it
 * @param migratedPool the pool whose counter of migrated packets counts it
 * @param copy whether the controller gets a copy of the frame as it came in
 */
public record Decision(
    Reason reason, Hits hits, List<Output> outputs, Optional<String> migratedPool, Copy copy) {
  private static final Comparator<Output> ORDER =
      Comparator.comparingInt(Output::port).thenComparing(output -> output.frame().toString());

  /**
   * A frame that leaves.
   *
   * @param port the port that it leaves by
   */
  public record Output(int port, Frame frame) {
    public Output {
      requireNonNull(frame, "frame");
    }
  }

  /** Whether the controller gets a copy. */
  public enum Copy {
    NEVER,
    /** A sample: this packet is in it, or not. */
    MAYBE,
    /** As long as the meter is green. */
    ALWAYS
  }

  /** A server ID that names a backend, in its SID space. */
  public record NamedServer(int sidSpace, ServerId serverId) {
    public NamedServer {
      requireNonNull(serverId, "serverId");
    }
  }

  /**
   * The resources that a packet met on its way, whatever became of it in the end.
   *
   * @param vip ID of the VIP that it is for
   * @param cidConfig the CID configuration that its codepoint named
   * @param server what its server ID named
   * @param backend number of the backend that it was bound for
   */
  public record Hits(
      Optional<String> vip,
      Optional<CidConfigKey> cidConfig,
      Optional<NamedServer> server,
      OptionalInt backend) {
    /** Of a packet that is no VIP's. */
    public static final Hits NONE =
        new Hits(Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty());

    public Hits {
      requireNonNull(vip, "vip");
      requireNonNull(cidConfig, "cidConfig");
      requireNonNull(server, "server");
      requireNonNull(backend, "backend");
    }

    Hits boundFor(int number) {
      return new Hits(vip, cidConfig, server, OptionalInt.of(number));
    }
  }

  public Decision {
    requireNonNull(reason, "reason");
    requireNonNull(hits, "hits");
    outputs = outputs.stream().sorted(ORDER).toList();
    requireNonNull(migratedPool, "migratedPool");
    requireNonNull(copy, "copy");
  }

  /** Number of the backend that the packet is sent to; empty if to none, or to several. */
  public OptionalInt backend() {
    return outputs.isEmpty() ? OptionalInt.empty() : hits.backend();
  }

  /** True if nothing leaves. */
  public boolean isDrop() {
    return outputs.isEmpty();
  }
}
