package io.tern.workers;

import io.tern.cid.ServerId;

/**
 * The octets of a server ID that name the worker. Immutable.
 *
 * <p>All of them, if each worker has server IDs of its own from the controller; or the last ones,
 * if the server has an ID from the controller and numbers its workers itself. What the load
 * balancers in front do with the octets of the worker is their configuration's affair.
 *
 * @param offset octets in front of it, 0 or more
 * @param length octets, 1 to 15
 */
public record WorkerPart(int offset, int length) {
  public WorkerPart {
    if (offset < 0 || length < 1 || offset + length > ServerId.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "worker part of "
              + length
              + " octets behind "
              + offset
              + "; it must have at least 1, and end within the "
              + ServerId.MAX_LENGTH
              + " of a server ID");
    }
  }

  /** All octets of server IDs of this length. */
  public static WorkerPart all(int serverIdLength) {
    return new WorkerPart(0, serverIdLength);
  }

  /** The last octets of server IDs of this length. */
  public static WorkerPart last(int serverIdLength, int octets) {
    return new WorkerPart(serverIdLength - octets, octets);
  }

  /** How many workers it can tell apart, at most {@link Integer#MAX_VALUE}. */
  public int workers() {
    return length < Integer.BYTES ? 1 << (length * Byte.SIZE) : Integer.MAX_VALUE;
  }

  /**
   * {@code serverId} with the number of a worker in this part.
   *
   * @param number 0 to {@link #workers()} - 1
   * @throws IllegalArgumentException if the number or the part does not fit
   */
  public ServerId serverId(ServerId serverId, int number) {
    if (number < 0 || number >= workers()) {
      throw new IllegalArgumentException(
          "worker " + number + "; the worker part has room for 0 to " + (workers() - 1));
    }
    check(serverId);
    byte[] octets = serverId.toByteArray();
    for (int i = 0; i < length; i++) {
      int shift = (length - 1 - i) * Byte.SIZE;
      octets[offset + i] = (byte) (shift < Integer.SIZE ? number >>> shift : 0);
    }
    return ServerId.of(octets);
  }

  /** The octets of this part, where they are in the 16 octets behind a CID's first one. */
  byte[] cut(ServerId serverId) {
    check(serverId);
    byte[] octets = new byte[2 * Long.BYTES];
    System.arraycopy(serverId.toByteArray(), offset, octets, offset, length);
    return octets;
  }

  private void check(ServerId serverId) {
    if (offset + length > serverId.length()) {
      throw new IllegalArgumentException(
          "server ID "
              + serverId
              + " has "
              + serverId.length()
              + " octets; the worker part ends at "
              + (offset + length));
    }
  }
}
