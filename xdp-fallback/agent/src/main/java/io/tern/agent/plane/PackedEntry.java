package io.tern.agent.plane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The entries that there may be many of, as octets: key fields and behind them the backend, each in
 * the octets of its width in the contract.
 */
final class PackedEntry {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int SID = Short.BYTES;
  private static final int SID_END = SID + ServerIds.LENGTH;
  private static final int SLOT_NUMBER = Short.BYTES;
  private static final int SLOT_END = SLOT_NUMBER + Integer.BYTES;

  /** Octets of an entry of {@code server_id}: space, server ID, backend. */
  static final int SERVER_ID = SID_END + Integer.BYTES;

  /** Octets of an entry of {@code fallback}: pool, slot, backend. */
  static final int SLOT = SLOT_END + Integer.BYTES;

  private PackedEntry() {}

  static int space(byte[] serverId) {
    return Short.toUnsignedInt((short) SHORT.get(serverId, 0));
  }

  /** The first eight octets of the server ID. */
  static long sidHigh(byte[] serverId) {
    return (long) LONG.get(serverId, SID);
  }

  /** The other seven, the first one highest. */
  static long sidLow(byte[] serverId) {
    return (long) LONG.get(serverId, SID_END - Long.BYTES) << Byte.SIZE;
  }

  static long backendOfServerId(byte[] serverId) {
    return Integer.toUnsignedLong((int) INT.get(serverId, SID_END));
  }

  static int pool(byte[] slot) {
    return Short.toUnsignedInt((short) SHORT.get(slot, 0));
  }

  static long slot(byte[] slot) {
    return Integer.toUnsignedLong((int) INT.get(slot, SLOT_NUMBER));
  }

  static long backendOfSlot(byte[] slot) {
    return Integer.toUnsignedLong((int) INT.get(slot, SLOT_END));
  }
}
