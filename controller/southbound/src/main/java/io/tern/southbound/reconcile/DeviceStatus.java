package io.tern.southbound.reconcile;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Intent.CidConfigKey;
import java.util.List;
import java.util.Set;

/**
 * How far a device is. Immutable.
 *
 * @param deviceId the device's ID in the intent
 * @param state see {@link State}
 * @param attemptedRevision the newest revision that the device has as far as it takes it; 0 before
 *     the first
 * @param syncedRevision the newest revision that the device was known to have wholly; 0 before the
 *     first
 * @param entitiesWritten updates that the device acknowledged since this process began; stays 0 on
 *     a device that was right
 * @param problems what could not be applied, newest first, at most {@value #MAX_PROBLEMS}. A device
 *     that is in sync may have some: what its plan had to leave out.
 * @param missingCidConfigs CID configurations of {@code attemptedRevision} that the device lacks,
 *     though it serves their pools
 * @param apiVersion version of P4Runtime that the device says it speaks, or ""
 */
public record DeviceStatus(
    String deviceId,
    State state,
    long attemptedRevision,
    long syncedRevision,
    long entitiesWritten,
    List<String> problems,
    Set<CidConfigKey> missingCidConfigs,
    String apiVersion) {
  /** Most problems that a status lists. */
  public static final int MAX_PROBLEMS = 16;

  /** Where a device stands. */
  public enum State {
    /** The first connection is being made. */
    CONNECTING,
    /** This controller is the primary; the device is being read or written. */
    SYNCING,
    /** The device has what the intent says. */
    IN_SYNC,
    /** Not reachable, or another controller's, or it refused something. */
    DEGRADED
  }

  public DeviceStatus {
    requireNonNull(deviceId, "deviceId");
    requireNonNull(state, "state");
    problems = List.copyOf(problems);
    missingCidConfigs = Set.copyOf(missingCidConfigs);
    requireNonNull(apiVersion, "apiVersion");
  }

  /** Before the first connection. */
  public static DeviceStatus initial(String deviceId) {
    return new DeviceStatus(deviceId, State.CONNECTING, 0, 0, 0, List.of(), Set.of(), "");
  }

  DeviceStatus with(State state, List<String> problems) {
    return new DeviceStatus(
        deviceId,
        state,
        attemptedRevision,
        syncedRevision,
        entitiesWritten,
        problems,
        missingCidConfigs,
        apiVersion);
  }

  DeviceStatus withWritten(long more) {
    return new DeviceStatus(
        deviceId,
        state,
        attemptedRevision,
        syncedRevision,
        entitiesWritten + more,
        problems,
        missingCidConfigs,
        apiVersion);
  }

  DeviceStatus withApiVersion(String version) {
    return new DeviceStatus(
        deviceId,
        state,
        attemptedRevision,
        syncedRevision,
        entitiesWritten,
        problems,
        missingCidConfigs,
        version);
  }

  /** After a revision was written, wholly ({@code IN_SYNC}) or in part ({@code DEGRADED}). */
  DeviceStatus withAttempt(
      State state, long revision, List<String> problems, Set<CidConfigKey> missing) {
    return new DeviceStatus(
        deviceId,
        state,
        revision,
        state == State.IN_SYNC ? revision : syncedRevision,
        entitiesWritten,
        problems,
        missing,
        apiVersion);
  }
}
