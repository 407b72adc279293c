package io.tern.core.oracle;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a device remembers of unroutable DCIDs and of 4-tuples: steps 3 and 4 of the forwarding
 * order in draft-ietf-quic-load-balancers. Mutable, not thread-safe.
 *
 * <p>Two tables of {@value #CELLS} cells, and each key has one cell where it may be. A cell is its
 * owner's until the pool's time-out has passed since the owner's last packet; who meets a cell that
 * is somebody else's is not remembered. So a flood of keys pushes nobody out. Time is a count of
 * microseconds of 48 bits that may wrap around.
 *
 * <p>A DCID counts by its first eight octets, because a short header does not say how long it is;
 * shorter ones are not remembered. Only a long header makes a DCID known: behind a short one there
 * may be a shorter DCID and ciphertext, or no QUIC at all.
 */
public final class FlowState {
  /** Cells of each table. */
  public static final int CELLS = 65_536;

  private static final int DCID_OCTETS = 8;
  private static final long CLOCK_MASK = (1L << 48) - 1;

  private final Map<Integer, Cell> dcids = new HashMap<>();
  private final Map<Integer, Cell> tuples = new HashMap<>();

  /**
   * What a table knows of its cell.
   *
   * @param key first octets of the DCID, or hash of the 4-tuple
   */
  private record Cell(int pool, long key, int backend, long lastPacket) {
    boolean isOf(int otherPool, long otherKey) {
      return pool == otherPool && key == otherKey;
    }

    boolean isLive(long now, long timeout) {
      return (now - lastPacket & CLOCK_MASK) < timeout;
    }
  }

  /** Nothing remembered. */
  public FlowState() {}

  private FlowState(FlowState other) {
    dcids.putAll(other.dcids);
    tuples.putAll(other.tuples);
  }

  /** A copy that goes its own way. */
  public FlowState copy() {
    return new FlowState(this);
  }

  /** Which of a packet's properties was known. */
  enum By {
    DCID,
    TUPLE
  }

  /** Where packets like this went. */
  record Known(By by, int backend) {}

  /**
   * What a packet looks like to the tables.
   *
   * @param dcid empty if it has none of at least eight octets
   * @param says whether it says what its DCID is: has a long header
   */
  record Key(int pool, Optional<Long> dcid, boolean says, int tupleHash) {
    /** {@code cid}: as many octets as are known to be the DCID's, or may be. */
    static Key of(int pool, byte[] cid, boolean says, int tupleHash) {
      return new Key(
          pool,
          cid.length < DCID_OCTETS ? Optional.empty() : Optional.of(ByteBuffer.wrap(cid).getLong()),
          says,
          tupleHash);
    }

    static Key ofTuple(int pool, int tupleHash) {
      return new Key(pool, Optional.empty(), false, tupleHash);
    }
  }

  /**
   * @param now microseconds
   * @param timeout microseconds after which a packet is forgotten
   */
  Optional<Known> recall(Key key, long now, long timeout) {
    Optional<Known> byDcid =
        key.dcid()
            .flatMap(dcid -> own(dcids.get(dcidCell(dcid)), key.pool(), dcid, now, timeout))
            .map(cell -> new Known(By.DCID, cell.backend()));
    return byDcid.isPresent()
        ? byDcid
        : own(tuples.get(tupleCell(key)), key.pool(), key.tupleHash(), now, timeout)
            .map(cell -> new Known(By.TUPLE, cell.backend()));
  }

  /** The packet goes to {@code backend}. */
  void remember(Key key, int backend, long now, long timeout) {
    key.dcid()
        .filter(dcid -> key.says() || knows(key.pool(), dcid, now, timeout))
        .ifPresent(
            dcid -> put(dcids, dcidCell(dcid), new Cell(key.pool(), dcid, backend, now), timeout));
    put(tuples, tupleCell(key), new Cell(key.pool(), key.tupleHash(), backend, now), timeout);
  }

  private boolean knows(int pool, long dcid, long now, long timeout) {
    return own(dcids.get(dcidCell(dcid)), pool, dcid, now, timeout).isPresent();
  }

  private static Optional<Cell> own(Cell cell, int pool, long key, long now, long timeout) {
    return Optional.ofNullable(cell).filter(c -> c.isOf(pool, key) && c.isLive(now, timeout));
  }

  private static void put(Map<Integer, Cell> table, int index, Cell cell, long timeout) {
    Cell before = table.get(index);
    if (before == null
        || before.isOf(cell.pool(), cell.key())
        || !before.isLive(cell.lastPacket(), timeout)) {
      table.put(index, cell);
    }
  }

  private static int dcidCell(long dcid) {
    CRC32 crc = new CRC32();
    crc.update(ByteBuffer.allocate(DCID_OCTETS).putLong(dcid).flip());
    return (int) crc.getValue() & (CELLS - 1);
  }

  private static int tupleCell(Key key) {
    return key.tupleHash() & (CELLS - 1);
  }
}
