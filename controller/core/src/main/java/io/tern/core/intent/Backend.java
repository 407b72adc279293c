package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import io.tern.cid.ServerId;
import java.time.Instant;
import java.util.Map;

/**
 * One QUIC server, or one worker of it.
 *
 * <p>A server whose workers have sockets of their own is, behind NAT, several backends with one
 * address: the base port's has the weight and takes the first packets of connections; the workers'
 * have their own ports and weight 0, and are reached by the server IDs of the CIDs that they issue.
 *
 * @param poolId the pool it belongs to
 * @param id last part of the resource name; unique in its pool
 * @param number what data planes call it: 1 to 2^31-1, allocated by the controller, unique over all
 *     pools
 * @param endpoint the server's own address and port; unique in its pool
 * @param nextHop how devices reach it
 * @param weight share of the fallback, 0 to 1000; 0: never in it, reached by its server IDs alone
 * @param state see {@link State}
 * @param serverIds its allocated server ID for each SID space of its pool
 * @param createTime when the store accepted it
 */
public record Backend(
    String poolId,
    String id,
    int number,
    Endpoint endpoint,
    NextHop nextHop,
    int weight,
    State state,
    Map<Integer, ServerId> serverIds,
    Instant createTime) {
  public static final int DEFAULT_WEIGHT = 100;
  public static final int MAX_WEIGHT = 1000;

  /** Life cycle of a backend. */
  public enum State {
    /** In the fallback, and reached by its server IDs. */
    ACTIVE,
    /** Out of the fallback; reached by its server IDs. */
    DRAINING,
    /** Its connections have ended; its server IDs are in quarantine. */
    DRAINED
  }

  /**
   * How devices reach a backend with L2 forwarding (direct server return).
   *
   * @param mac destination MAC address
   * @param portByDevice data-plane port (1 to 510) by device ID; a device that is not in it cannot
   *     reach the backend
   */
  public record NextHop(MacAddress mac, Map<String, Integer> portByDevice) {
    public NextHop {
      requireNonNull(mac, "mac");
      portByDevice = Map.copyOf(portByDevice);
      portByDevice.forEach(
          (device, port) -> {
            Ids.check("device", device);
            DevicePorts.check(port);
          });
    }
  }

  public Backend {
    Ids.check("pool", poolId);
    Ids.check("backend", id);
    if (number < 1) {
      throw new IllegalArgumentException("backend number is " + number + "; it must be positive");
    }
    requireNonNull(endpoint, "endpoint");
    requireNonNull(nextHop, "nextHop");
    if (weight < 0 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException("weight is " + weight + "; it must be 0 to " + MAX_WEIGHT);
    }
    requireNonNull(state, "state");
    serverIds = Map.copyOf(serverIds);
    requireNonNull(createTime, "createTime");
  }

  /** The same backend with other server IDs. */
  public Backend withServerIds(Map<Integer, ServerId> serverIds) {
    return new Backend(poolId, id, number, endpoint, nextHop, weight, state, serverIds, createTime);
  }

  /** The same backend, reached in another way. */
  public Backend withNextHop(NextHop nextHop) {
    return new Backend(poolId, id, number, endpoint, nextHop, weight, state, serverIds, createTime);
  }

  /** The same backend with another share of the fallback. */
  public Backend withWeight(int weight) {
    return new Backend(poolId, id, number, endpoint, nextHop, weight, state, serverIds, createTime);
  }

  /** Whether it owns slots of the fallback: ACTIVE, and of some weight. */
  public boolean takesFallback() {
    return state == State.ACTIVE && weight > 0;
  }

  /** The same backend in another state. */
  public Backend withState(State state) {
    return new Backend(poolId, id, number, endpoint, nextHop, weight, state, serverIds, createTime);
  }
}
