package io.tern.libbpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/**
 * A BPF map.
 *
 * <p>Buffers are direct ones; keys and values are read and written at their positions, which stay.
 * A value of a per-CPU map is {@link #stride} octets: one for each possible CPU, each rounded up to
 * eight octets. Integers are in the byte order of the machine unless the map's owner says
 * otherwise.
 *
 * <p>Thread-safe: each call is one system call, but for {@link #forEach}.
 */
public final class BpfMap implements AutoCloseable {
  /** Elements that {@link #forEach} reads at once. */
  private static final int BATCH = 4096;

  /** The kernel's numbers of map types. */
  public static final int TYPE_HASH = 1;

  public static final int TYPE_ARRAY = 2;
  public static final int TYPE_PERCPU_HASH = 5;
  public static final int TYPE_PERCPU_ARRAY = 6;
  public static final int TYPE_LRU_HASH = 9;
  public static final int TYPE_LRU_PERCPU_HASH = 10;
  public static final int TYPE_DEVMAP = 14;
  public static final int TYPE_REUSEPORT_SOCKARRAY = 20;
  public static final int TYPE_DEVMAP_HASH = 25;
  public static final int TYPE_RINGBUF = 27;

  /** {@code BPF_F_NO_PREALLOC}: a hash that takes memory for the elements that it has. */
  public static final int NO_PREALLOC = 1;

  /** What an update expects to find. */
  public enum Mode {
    /** Nothing in particular. */
    ANY(0),
    /** No element: else {@link BpfException#EEXIST}. */
    NEW(1),
    /** An element: else {@link BpfException#ENOENT}. */
    EXISTING(2);

    private final int flag;

    Mode(int flag) {
      this.flag = flag;
    }
  }

  /**
   * What the kernel says of a map.
   *
   * @param type the kernel's number
   * @param id of the map in this system
   * @param name at most 15 characters
   */
  public record Info(
      int type, int keySize, int valueSize, int maxEntries, int flags, int id, String name) {

    boolean perCpu() {
      return switch (type) {
        case TYPE_PERCPU_HASH, TYPE_PERCPU_ARRAY, TYPE_LRU_PERCPU_HASH -> true;
        default -> false;
      };
    }
  }

  private final String description;
  private final Resource resource;
  private final Info info;
  private final int stride;

  private BpfMap(int fd, String description) {
    this.description = description;
    this.resource = Resource.descriptor(this, description, fd);
    try {
      int[] values = new int[6];
      String name = Native.mapInfo(fd, values);
      this.info = new Info(values[0], values[1], values[2], values[3], values[4], values[5], name);
      this.stride =
          info.perCpu() ? (info.valueSize() + 7) / 8 * 8 * Libbpf.possibleCpus() : info.valueSize();
    } catch (BpfException e) {
      resource.close();
      throw e.about(description);
    }
  }

  static BpfMap ofDescriptor(int fd, String description) {
    return new BpfMap(fd, description);
  }

  /** Makes a map; names have at most 15 letters, digits and underscores. */
  public static BpfMap create(
      int type, String name, int keySize, int valueSize, int maxEntries, int flags) {
    String description = "map '" + name + "'";
    try {
      return new BpfMap(
          Native.mapCreate(type, name, keySize, valueSize, maxEntries, flags), description);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /**
   * Opens a pinned map.
   *
   * @throws BpfException {@link BpfException#ENOENT} if nothing is pinned there
   */
  public static BpfMap openPinned(Path path) {
    String description = "map pinned at " + path;
    try {
      return new BpfMap(Native.pinnedObject(path.toString()), description);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /** Pins it; the file must not exist. */
  public void pin(Path path) {
    try {
      Native.pin(fd(), path.toString());
    } catch (BpfException e) {
      throw e.about(description + ", at " + path);
    }
  }

  public Info info() {
    return info;
  }

  public int keySize() {
    return info.keySize();
  }

  /** Octets of a value as this class reads and writes it. */
  public int stride() {
    return stride;
  }

  /** Room for one key, in the machine's byte order. */
  public ByteBuffer newKey() {
    return ByteBuffer.allocateDirect(keySize()).order(ByteOrder.nativeOrder());
  }

  /** Room for one value, in the machine's byte order. */
  public ByteBuffer newValue() {
    return ByteBuffer.allocateDirect(stride).order(ByteOrder.nativeOrder());
  }

  /** Reads the value of a key; false if there is none. */
  public boolean lookup(ByteBuffer key, ByteBuffer value) {
    try {
      return Native.mapLookup(
          fd(), key, key.position(), keySize(), value, value.position(), stride);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /** Writes one element. */
  public void update(ByteBuffer key, ByteBuffer value, Mode mode) {
    try {
      Native.mapUpdate(
          fd(), key, key.position(), keySize(), value, value.position(), stride, mode.flag);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /** Deletes an element; false if there is none. */
  public boolean delete(ByteBuffer key) {
    try {
      return Native.mapDelete(fd(), key, key.position(), keySize());
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /**
   * Writes elements that stand one behind the other, in one system call, whether they are there
   * already or not: the kernel's batches cannot ask for either.
   *
   * @throws BpfException that says how many were done before the one that failed
   */
  public void updateBatch(ByteBuffer keys, ByteBuffer values, int count) {
    if (count == 0) {
      return;
    }
    try {
      Native.mapUpdateBatch(
          fd(), keys, keys.position(), keySize(), values, values.position(), stride, count);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /**
   * Deletes elements whose keys stand one behind the other, in one system call.
   *
   * @throws BpfException that says how many were done; {@link BpfException#ENOENT} for a key that
   *     is not there
   */
  public void deleteBatch(ByteBuffer keys, int count) {
    if (count == 0) {
      return;
    }
    try {
      Native.mapDeleteBatch(fd(), keys, keys.position(), keySize(), count);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /**
   * Reads {@code count} elements of an array from {@code first} on, in one system call.
   *
   * @param values has room for them at position 0
   */
  public void lookupRange(int first, int count, ByteBuffer values) {
    ByteBuffer cursor = null;
    if (first > 0) {
      cursor = newKey();
      cursor.putInt(0, first - 1);
    }
    ByteBuffer keys = ByteBuffer.allocateDirect(count * keySize()).order(ByteOrder.nativeOrder());
    int done;
    try {
      done =
          Native.mapLookupBatch(
              fd(), cursor, newKey(), keySize(), keys, keySize(), values, stride, count);
    } catch (BpfException e) {
      throw e.about(description);
    }
    if ((done < 0 ? -done - 1 : done) != count) {
      throw new IllegalArgumentException(
          description + " has no " + count + " elements from " + first + " on");
    }
  }

  /**
   * Reads all elements and hands each out, key and value at position 0 of buffers that are valid
   * during the call. What is inserted or deleted meanwhile may be seen or not.
   */
  public void forEach(BiConsumer<ByteBuffer, ByteBuffer> consumer) {
    int batch = Math.min(BATCH, info.maxEntries());
    // The kernel's cursor of a hash map is a 32-bit number, whatever the key.
    int cursorSize = Math.max(keySize(), Integer.BYTES);
    while (true) {
      ByteBuffer keys = direct((long) batch * keySize());
      ByteBuffer values = direct((long) batch * stride);
      ByteBuffer cursor = null;
      try {
        int done;
        do {
          ByteBuffer next = direct(cursorSize);
          done =
              Native.mapLookupBatch(
                  fd(), cursor, next, cursorSize, keys, keySize(), values, stride, batch);
          handOut(keys, values, done < 0 ? -done - 1 : done, consumer);
          cursor = next;
        } while (done >= 0);
        return;
      } catch (BpfException e) {
        // A bucket of a hash map has more than the batch; it was not handed out.
        if (e.errno() != BpfException.ENOSPC || cursor != null || batch >= info.maxEntries()) {
          throw e.about(description);
        }
        batch = Math.min(batch * 4, info.maxEntries());
      }
    }
  }

  private void handOut(
      ByteBuffer keys, ByteBuffer values, int count, BiConsumer<ByteBuffer, ByteBuffer> consumer) {
    for (int i = 0; i < count; i++) {
      consumer.accept(
          keys.slice(i * keySize(), keySize()).order(ByteOrder.nativeOrder()),
          values.slice(i * stride, stride).order(ByteOrder.nativeOrder()));
    }
  }

  private static ByteBuffer direct(long size) {
    return ByteBuffer.allocateDirect(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
  }

  int fd() {
    return resource.fd();
  }

  @Override
  public void close() {
    resource.close();
  }

  @Override
  public String toString() {
    return description;
  }
}
