package io.tern.core.planner;

import static java.util.Objects.requireNonNull;

/**
 * Something that the intent wants and a device cannot do. The rest of the plan stands without it.
 *
 * @param kind why not
 * @param resource name of the resource that goes without ("pools/web/cidConfigs/1")
 * @param message what cannot be done, why, and what happens instead
 */
public record Unsupported(Kind kind, String resource, String message) {
  /** Why a device cannot do something. */
  public enum Kind {
    /** It cannot decode the CIDs of a configuration: they take the fallback. */
    NO_DECODER,
    /** It has no port towards a backend: it cannot send packets there. */
    NO_PORT,
    /** A table has no room. */
    TABLE_FULL,
    /** Its program has no VIPs of an address family. */
    NO_ADDRESS_FAMILY,
    /** Its program cannot forward as a pool wants. */
    NO_FORWARDING,
    /** It has no address to begin tunnels at. */
    NO_TUNNEL_SOURCE,
    /** Its program remembers no connections. */
    NO_STATE,
    /** Its program has no cell that would count a pool's migrations. */
    NO_COUNTER,
    /** Its program cannot replicate ICMP errors. */
    NO_REPLICATION,
    /** Its program copies nothing to the controller. */
    NO_COPIES,
    /** It is a host: what is no VIP's is for its own network stack. */
    NO_STATIONS
  }

  public Unsupported {
    requireNonNull(kind, "kind");
    requireNonNull(resource, "resource");
    requireNonNull(message, "message");
  }
}
