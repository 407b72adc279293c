package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.p4.contract.Reason;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/** What must happen to a packet. Every decision has exactly one reason, and is counted under it. */
public sealed interface Decision {
  /** Why: the cell of the reason counter that the packet counts in. */
  Reason reason();

  /**
   * The packet goes to a backend.
   *
   * @param reason ROUTED_BY_CID, or why the fallback decided
   * @param backend number of the backend
   * @param port the port that it leaves by
   * @param frame what leaves: other MAC addresses, TTL or hop limit one less
   */
  record Forward(Reason reason, int backend, int port, Frame frame) implements Decision {
    public Forward {
      requireNonNull(reason, "reason");
      requireNonNull(frame, "frame");
    }
  }

  /**
   * The packet is none of Tern's, or stays local: it passes by L2 with no octet changed.
   *
   * @param reason NOT_VIP, FRAGMENT, MALFORMED or STEER_LOCAL
   * @param ports the ports that it leaves by; none if L2 has nowhere to send it
   */
  record PassL2(Reason reason, NavigableSet<Integer> ports) implements Decision {
    public PassL2 {
      requireNonNull(reason, "reason");
      ports = Collections.unmodifiableNavigableSet(new TreeSet<>(ports));
    }
  }

  /**
   * The packet is dropped.
   *
   * @param reason NO_FALLBACK, TTL_EXPIRED, or MALFORMED for less than an Ethernet header
   */
  record Drop(Reason reason) implements Decision {
    public Drop {
      requireNonNull(reason, "reason");
    }
  }
}
