package io.tern.quicserver;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the controller told one QUIC server. Immutable and consistent.
 *
 * @param revision intent revision that it reflects, not negative
 * @param cids every configuration that CIDs of this server may carry; no two have one codepoint
 * @param issue the one of {@code cids} to issue new CIDs with; empty exactly if there is none, and
 *     then the server issues unroutable CIDs
 */
public record ServerConfig(long revision, List<ServerCid> cids, Optional<ServerCid> issue) {
  public ServerConfig {
    cids = List.copyOf(cids);
    requireNonNull(issue, "issue");
    if (revision < 0) {
      throw new IllegalArgumentException("revision is " + revision + "; it must not be negative");
    }
    requireDistinctCodepoints(cids);
    if (issue.isEmpty() && !cids.isEmpty()) {
      throw new IllegalArgumentException(
          "none of the "
              + cids.size()
              + " CID configurations is the one to issue new CIDs with; there must be one");
    }
    if (issue.isPresent() && !cids.contains(issue.get())) {
      throw new IllegalArgumentException(
          "the configuration to issue new CIDs with, codepoint "
              + issue.get().config().codepoint()
              + ", is not among the server's CID configurations");
    }
  }

  private static void requireDistinctCodepoints(List<ServerCid> cids) {
    Set<Integer> codepoints = new HashSet<>();
    for (ServerCid cid : cids) {
      if (!codepoints.add(cid.config().codepoint())) {
        throw new IllegalArgumentException(
            "two CID configurations have codepoint "
                + cid.config().codepoint()
                + "; a CID tells its configuration by the codepoint alone");
      }
    }
  }
}
