package io.tern.northbound;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How a device stands: the OUTPUT_ONLY fields of its resource that the intent does not hold.
 * Immutable.
 *
 * @param connection see {@link Connection}
 * @param syncedRevision the intent revision that the device is known to hold; 0 for none
 * @param entitiesWritten entities written to it since this process started
 * @param problems what could not be applied, newest first; the API shows 16
 */
public record DeviceStatus(
    Connection connection, long syncedRevision, long entitiesWritten, List<String> problems) {

  /** State of the session with the device. */
  public enum Connection {
    CONNECTING,
    /** This controller is the primary; the device is being written. */
    SYNCING,
    /** The device has what the intent says. */
    IN_SYNC,
    /** Not reachable, or it refused something. */
    DEGRADED
  }

  /** Of a device that no session has been opened to yet. */
  public static final DeviceStatus UNKNOWN =
      new DeviceStatus(Connection.CONNECTING, 0, 0, List.of());

  public DeviceStatus {
    requireNonNull(connection, "connection");
    problems = List.copyOf(problems);
  }
}
