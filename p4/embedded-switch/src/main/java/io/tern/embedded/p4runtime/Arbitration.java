package io.tern.embedded.p4runtime;

import static java.util.Objects.requireNonNull;

import com.google.rpc.Code;
import io.grpc.Status;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.Role;
import io.tern.proto.p4.v1.Uint128;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is primary, for each role of one device (P4Runtime section 5).
 *
 * <p>Guarantees: a role has at most one primary; the primary's election ID is the highest that any
 * primary of the role ever had, so an ID below it never writes again, however often it returns; the
 * old primary and the backups hear of a change before the new primary does.
 *
 * <p>Roles: every role has full access to the pipeline, because no scheme for {@code role.config}
 * is agreed upon: a configuration is refused. A role comes into being with its first controller and
 * is remembered, with its highest election ID, until the server restarts.
 *
 * <p>Not thread-safe: the device confines it to its lock. {@link Controller#send} must not block
 * and must not call back.
 */
final class Arbitration {

  /** A controller session: one stream. */
  interface Controller {
    /** Queues a notification. */
    void send(MasterArbitrationUpdate notification);
  }

  /** Roles that the device remembers: controllers name them freely, so their number is bounded. */
  static final int MAX_ROLES = 64;

  /** Live controllers of one role. */
  static final int MAX_CONTROLLERS_PER_ROLE = 128;

  private static final class RoleState {
    final String name;

    /** Live controllers and the election IDs that they claim, null for none. */
    final Map<Controller, ElectionId> live = new LinkedHashMap<>();

    /** The highest ID that a primary ever had; null before the first. */
    ElectionId highest;

    Controller primary;

    RoleState(String name) {
      this.name = name;
    }
  }

  private final long deviceId;
  private final Map<String, RoleState> roles = new HashMap<>();
  private final Map<Controller, RoleState> roleOf = new HashMap<>();

  private final Runnable primariesChanged;

  Arbitration(long deviceId) {
    this(deviceId, () -> {});
  }

  /**
   * @param primariesChanged called when {@link #primaries} has changed, before anybody is told: who
   *     hears that it is primary may act as one at once
   */
  Arbitration(long deviceId, Runnable primariesChanged) {
    this.deviceId = deviceId;
    this.primariesChanged = requireNonNull(primariesChanged, "primariesChanged");
  }

  /**
   * Handles a claim (section 5.3) and sends the notifications that follow from it (section 5.4).
   *
   * @throws P4RuntimeException with the code that ends the stream; the caller then calls {@link
   *     #disconnect}
   */
  void update(Controller controller, MasterArbitrationUpdate claim) {
    requireNonNull(controller, "controller");
    RoleState current = roleOf.get(controller);
    String roleName = roleName(claim);
    if (claim.getDeviceId() != deviceId) {
      String message =
          String.format(
              "device %s is not here, this is device %s",
              Long.toUnsignedString(claim.getDeviceId()), Long.toUnsignedString(deviceId));
      throw new P4RuntimeException(
          current == null ? Status.Code.NOT_FOUND : Status.Code.FAILED_PRECONDITION, message);
    }
    if (current != null && !current.name.equals(roleName)) {
      throw new P4RuntimeException(
          Status.Code.FAILED_PRECONDITION,
          String.format(
              "the stream has %s; to act in %s open another stream",
              describe(current.name), describe(roleName)));
    }
    if (claim.getRole().hasConfig()) {
      throw P4RuntimeException.invalidArgument(
          "role.config of type '%s' is not understood: leave it unset, every role has full access",
          claim.getRole().getConfig().getTypeUrl());
    }
    ElectionId id = ElectionId.claimed(claim.hasElectionId(), claim.getElectionId());
    RoleState role = current != null ? current : roles.get(roleName);
    if (role != null && id != null) {
      refuseDuplicate(role, controller, id);
    }
    if (current == null) {
      role = join(controller, roleName, role);
    }
    elect(role, controller, id);
  }

  /** Forgets a controller; if it was primary the others hear that there is none now. */
  void disconnect(Controller controller) {
    RoleState role = roleOf.remove(controller);
    if (role == null) {
      return;
    }
    role.live.remove(controller);
    if (role.primary == controller) {
      role.primary = null;
      primariesChanged.run();
      role.live.keySet().forEach(other -> notify(role, other));
    }
  }

  /**
   * Lets the primary pass (sections 12 and 14).
   *
   * @throws P4RuntimeException NOT_FOUND (no controller ever had the role) or PERMISSION_DENIED
   */
  void requirePrimary(String roleName, boolean hasElectionId, Uint128 electionId) {
    requireRole(roleName);
    RoleState role = roles.get(roleName);
    ElectionId id = ElectionId.claimed(hasElectionId, electionId);
    if (role == null || role.primary == null) {
      throw P4RuntimeException.permissionDenied(
          "%s has no primary%s",
          describe(roleName),
          role == null || role.highest == null
              ? ""
              : "; the highest election ID so far is " + role.highest);
    }
    if (!role.highest.equals(id)) {
      throw P4RuntimeException.permissionDenied(
          "election ID %s is not the primary's of %s, which is %s",
          id == null ? "(none)" : id, describe(roleName), role.highest);
    }
  }

  /**
   * Lets a known role pass; the default role always exists.
   *
   * @throws P4RuntimeException NOT_FOUND if no controller ever had the role
   */
  void requireRole(String roleName) {
    if (!roleName.isEmpty() && !roles.containsKey(roleName)) {
      throw P4RuntimeException.notFound("%s has never had a controller", describe(roleName));
    }
  }

  boolean isPrimary(Controller controller) {
    RoleState role = roleOf.get(controller);
    return role != null && role.primary == controller;
  }

  /** The primaries of all roles. */
  List<Controller> primaries() {
    return roles.values().stream()
        .filter(role -> role.primary != null)
        .map(role -> role.primary)
        .toList();
  }

  private static String roleName(MasterArbitrationUpdate claim) {
    Role role = claim.getRole();
    @SuppressWarnings("deprecation") // refused below: P4Runtime 1.3 replaced it by the name
    long id = role.getId();
    if (role.getName().isEmpty() && id != 0) {
      throw P4RuntimeException.invalidArgument(
          "role.id %s is deprecated and names no role here: use role.name",
          Long.toUnsignedString(id));
    }
    return role.getName();
  }

  private static void refuseDuplicate(RoleState role, Controller controller, ElectionId id) {
    role.live.forEach(
        (other, otherId) -> {
          if (other != controller && id.equals(otherId)) {
            throw P4RuntimeException.invalidArgument(
                "election ID %s is in use by another live controller of %s",
                id, describe(role.name));
          }
        });
  }

  private RoleState join(Controller controller, String roleName, RoleState known) {
    if (known == null && roles.size() >= MAX_ROLES) {
      throw new P4RuntimeException(
          Status.Code.RESOURCE_EXHAUSTED, "the device remembers " + MAX_ROLES + " roles already");
    }
    if (known != null && known.live.size() >= MAX_CONTROLLERS_PER_ROLE) {
      throw new P4RuntimeException(
          Status.Code.RESOURCE_EXHAUSTED,
          describe(roleName) + " has " + MAX_CONTROLLERS_PER_ROLE + " live controllers already");
    }
    RoleState role = known != null ? known : new RoleState(roleName);
    roles.put(roleName, role);
    roleOf.put(controller, role);
    return role;
  }

  private void elect(RoleState role, Controller controller, ElectionId id) {
    role.live.put(controller, id);
    Controller previous = role.primary;
    boolean wins = id != null && (role.highest == null || id.compareTo(role.highest) >= 0);
    if (wins) {
      boolean changed = previous != controller || !id.equals(role.highest);
      role.primary = controller;
      role.highest = id;
      primariesChanged.run();
      if (changed) {
        role.live.keySet().stream()
            .filter(other -> other != controller)
            .forEach(other -> notify(role, other));
      }
      notify(role, controller);
    } else if (previous == controller) {
      role.primary = null;
      primariesChanged.run();
      role.live.keySet().forEach(other -> notify(role, other));
    } else {
      notify(role, controller);
    }
  }

  private void notify(RoleState role, Controller receiver) {
    MasterArbitrationUpdate.Builder notification =
        MasterArbitrationUpdate.newBuilder().setDeviceId(deviceId);
    if (!role.name.isEmpty()) {
      notification.setRole(Role.newBuilder().setName(role.name));
    }
    if (role.highest != null) {
      notification.setElectionId(role.highest.toProto());
    }
    com.google.rpc.Status.Builder status = notification.getStatusBuilder();
    if (role.primary == receiver) {
      status.setCode(Code.OK_VALUE).setMessage("you are primary");
    } else if (role.primary != null) {
      status
          .setCode(Code.ALREADY_EXISTS_VALUE)
          .setMessage("you are backup; the primary has election ID " + role.highest);
    } else {
      status.setCode(Code.NOT_FOUND_VALUE).setMessage("you are backup; there is no primary");
    }
    receiver.send(notification.build());
  }

  private static String describe(String roleName) {
    return roleName.isEmpty() ? "the default role" : "role '" + roleName + "'";
  }
}
