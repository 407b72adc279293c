package io.tern.core.intent;

import io.tern.p4.contract.Reason;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many of the packets that count under a reason a device copies to the controller. Immutable.
 *
 * @param packetsPerSecond committed rate of the meter, 1 to 100,000
 * @param burst packets that may come at once, 1 to 100,000
 * @param sampleMask one of {@code sampleMask + 1} packets is copied, a power of two up to 65,536;
 *     0: each
 */
public record CopyPolicy(int packetsPerSecond, int burst, int sampleMask) {
  public static final int MAX_PACKETS_PER_SECOND = 100_000;
  public static final int MAX_BURST = 100_000;
  public static final int MAX_SAMPLE_MASK = 0xffff;

  /** Each packet of these is the packet of a client, or the controller's own. */
  private static final Set<Reason> NEVER_COPIED =
      EnumSet.of(Reason.NOT_VIP, Reason.ROUTED_BY_CID, Reason.PACKET_OUT, Reason.RETURN_PATH);

  public CopyPolicy {
    check("packets per second", packetsPerSecond, MAX_PACKETS_PER_SECOND);
    check("burst", burst, MAX_BURST);
    if (sampleMask < 0 || sampleMask > MAX_SAMPLE_MASK || (sampleMask & (sampleMask + 1)) != 0) {
      throw new IllegalArgumentException(
          "sample mask is "
              + sampleMask
              + "; it must be a power of two up to 65536, less one (0 copies each packet)");
    }
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be 1 to " + max);
    }
  }

  /**
   * The reason of a label, "fallback_unknown_server".
   *
   * @throws IllegalArgumentException if there is none, or its packets may not be copied
   */
  public static Reason reason(String label) {
    return Arrays.stream(Reason.values())
        .filter(reason -> reason.label().equals(label))
        .findFirst()
        .map(CopyPolicy::check)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + label
                        + "\" is no reason; it must be a cell of the counter of reasons, as "
                        + Reason.FALLBACK_UNKNOWN_SERVER.label()
                        + " is, and none of "
                        + neverCopied()));
  }

  /**
   * Returns {@code reason} if packets that count under it may be copied.
   *
   * @throws IllegalArgumentException if not
   */
  public static Reason check(Reason reason) {
    if (NEVER_COPIED.contains(reason)) {
      throw new IllegalArgumentException(
          "packets that count as "
              + reason.label()
              + " are never copied to the controller; it must be none of "
              + neverCopied());
    }
    return reason;
  }

  private static String neverCopied() {
    return NEVER_COPIED.stream().map(Reason::label).collect(Collectors.joining(", "));
  }
}
