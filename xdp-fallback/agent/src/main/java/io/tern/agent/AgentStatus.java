package io.tern.agent;

import java.util.Map;

/**
 * A device at a moment.
 *
 * @param attached by interface: whether the program sees its packets
 * @param serverIds entries of {@code server_id}
 * @param mapMemory octets that the maps' elements take
 * @param adopted whether this agent went on from what was pinned
 * @param hasPipeline whether a controller has loaded one
 */
public record AgentStatus(
    Map<String, Boolean> attached,
    int serverIds,
    long mapMemory,
    boolean adopted,
    boolean hasPipeline) {
  public AgentStatus {
    attached = Map.copyOf(attached);
  }
}
