package io.tern.libbpf;

import java.nio.ByteBuffer;

/**
 * The shim's functions. They check that buffers are direct and have the octets that are asked for;
 * whether a descriptor or handle is still open is the callers' business. All throw {@link
 * BpfException}.
 */
final class Native {
  static {
    NativeLibrary.load();
  }

  private Native() {}

  static native String version();

  static native int possibleCpus();

  static native void closeDescriptor(int fd);

  // Objects.

  static native long objectOpen(String name, ByteBuffer elf, long length);

  static native void objectClose(long object);

  static native void objectLoad(long object);

  static native String[] objectNames(long object, boolean programs);

  static native void objectSetMaxEntries(long object, String map, int entries);

  static native int objectMaxEntries(long object, String map);

  static native void objectSetPinPath(long object, String map, String path);

  static native void objectReuseMap(long object, String map, int fd);

  static native void objectSetInitialValue(long object, String map, ByteBuffer value, long length);

  static native byte[] objectInitialValue(long object, String map);

  static native void objectSetAutoload(long object, String program, boolean load);

  static native int objectMap(long object, String map);

  static native int objectProgram(long object, String program);

  // What is pinned.

  static native int pinnedObject(String path);

  static native void pin(int fd, String path);

  // Maps.

  static native int mapCreate(
      int type, String name, int keySize, int valueSize, int maxEntries, int flags);

  static native String mapInfo(int fd, int[] result);

  static native boolean mapLookup(
      int fd, ByteBuffer key, long keyAt, int keySize, ByteBuffer value, long valueAt, int size);

  static native void mapUpdate(
      int fd,
      ByteBuffer key,
      long keyAt,
      int keySize,
      ByteBuffer value,
      long valueAt,
      int size,
      long flags);

  static native boolean mapDelete(int fd, ByteBuffer key, long keyAt, int keySize);

  static native boolean mapNextKey(int fd, ByteBuffer key, ByteBuffer next, int keySize);

  static native int mapLookupBatch(
      int fd,
      ByteBuffer from,
      ByteBuffer to,
      int cursorSize,
      ByteBuffer keys,
      int keySize,
      ByteBuffer values,
      int valueSize,
      int count);

  static native void mapUpdateBatch(
      int fd,
      ByteBuffer keys,
      long keysAt,
      int keySize,
      ByteBuffer values,
      long valuesAt,
      int valueSize,
      int count);

  static native void mapDeleteBatch(int fd, ByteBuffer keys, long keysAt, int keySize, int count);

  // Programs and links.

  static native void programTestRun(
      int fd,
      ByteBuffer in,
      int inLength,
      ByteBuffer out,
      int outRoom,
      ByteBuffer context,
      int contextLength,
      int repeat,
      int flags,
      int batchSize,
      int[] result);

  static native String programInfo(int fd, int[] result);

  static native int linkXdp(int program, int interfaceIndex, int flags);

  static native void linkUpdate(int link, int program);

  static native void linkDetach(int link);

  static native void linkInfo(int fd, int[] result);

  static native void xdpQuery(int interfaceIndex, int[] result);

  static native int interfaceIndex(String name);

  static native void attachReuseport(int socket, int program);

  // Ring buffers.

  static native long ringOpen(int map);

  static native int ringPoll(long ring, RingBuffer.Receiver receiver, int milliseconds);

  static native void ringClose(long ring);

  // Netlink.

  static native int netlinkOpen(int protocol, int groups);

  static native void netlinkSend(int fd, ByteBuffer message, int length);

  static native int netlinkReceive(int fd, ByteBuffer buffer, int room, int milliseconds);
}
