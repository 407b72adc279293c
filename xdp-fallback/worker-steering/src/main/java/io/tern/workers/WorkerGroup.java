package io.tern.workers;

import static java.util.Objects.requireNonNull;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfMap.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The workers of a server that share one UDP address and port ({@code SO_REUSEPORT}), and the
 * kernel's way to choose among their sockets: the worker that the packet's CID names; for
 * everything else, that is for the first packets of connections, one of those that take new
 * connections, by the hash of the 4-tuple. No packet passes through Java.
 *
 * <p>A group lives in a directory of bpffs, and outlives every process: what the processes have in
 * common is there, and each of them opens it. Each address and port (so each VIP, IPv4 and IPv6) is
 * a group of its own. Making the directory needs {@code CAP_BPF} and {@code CAP_NET_ADMIN}; whoever
 * may write its files may join.
 *
 * <p>A rolling restart:
 *
 * <pre>{@code
 * // Each worker of the new generation:
 * WorkerGroup group = WorkerGroup.open(directory, WorkerGroup.DEFAULT_SLOTS);
 * group.configure(cids, WorkerPart.last(cids.serverIdLength(), 1));
 * Worker worker = group.register(socket, generation);
 * worker.serve(cids.codepoint(), part.serverId(serverId, worker.slot()));
 * worker.accept();
 * // When all of them are there, one of them, or who started them:
 * group.acceptFrom(generation);
 * // Each worker of the old generation, when its last connection has ended:
 * worker.close();
 * // ... and then its socket.
 * }</pre>
 *
 * <p>Thread-safe. What the kernel refuses is a {@link WorkerGroupException} or a {@link
 * BpfException}.
 */
public final class WorkerGroup implements AutoCloseable {
  /** Enough for two generations of 128 workers. */
  public static final int DEFAULT_SLOTS = 256;

  /** Most slots that a group may have: packets that no CID routes cost a look at each. */
  public static final int MAX_SLOTS = 4_096;

  /** {@code enum worker_cell}, in its order. */
  private static final int CELL_BY_CID = 0;

  private static final int CELL_UNROUTABLE = 1;
  private static final int CELL_UNKNOWN = 2;
  private static final int CELL_GONE = 3;
  private static final int CELL_NONE_ACCEPTS = 4;

  private static final int ACCEPT_FROM_AT = Integer.BYTES;

  private final Path directory;
  private final GroupObjects objects;
  private final SecureRandom random = new SecureRandom();

  private WorkerGroup(Path directory, GroupObjects objects) {
    this.directory = directory;
    this.objects = objects;
  }

  /**
   * Opens the group in a directory of bpffs, and makes it if there is none.
   *
   * @param directory like {@code /sys/fs/bpf/tern/workers/192_0_2_10_443}; bpffs permits no dots
   * @param slots how many workers a new group has room for, all generations together, 1 to {@link
   *     #MAX_SLOTS}; one that exists keeps its room
   * @throws WorkerGroupException if it can neither be opened nor made
   */
  public static WorkerGroup open(Path directory, int slots) {
    requireNonNull(directory, "directory");
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          slots + " slots; a group has 1 to " + MAX_SLOTS + " of them");
    }
    if (directory.getFileName().toString().contains(".")) {
      throw new IllegalArgumentException(
          "directory " + directory + ": names in a BPF file system have no dots");
    }
    return new WorkerGroup(directory, GroupObjects.open(directory, slots));
  }

  /**
   * Has the kernel decode CIDs of this configuration. The other configurations stay; one with the
   * same codepoint is replaced, and a packet that comes at this very moment may go by hash. All
   * processes of a group must agree on the part; the same configuration again changes nothing.
   *
   * @param part the octets of the server ID that name the worker
   */
  public synchronized void configure(QuicLbConfig config, WorkerPart part) {
    BpfMap configs = objects.map(GroupObjects.CONFIGS);
    BpfMap keys = objects.map(GroupObjects.KEYS);
    ByteBuffer codepoint = configs.newKey().putInt(0, config.codepoint());
    ByteBuffer wanted = configs.newValue();
    DecodingConfig.write(config, part, wanted);
    wanted.rewind();
    ByteBuffer wantedKey = keys.newValue();
    config.key().ifPresent(key -> wantedKey.put(0, roundKeys(config.algorithm(), key)));

    ByteBuffer present = configs.newValue();
    ByteBuffer presentKey = keys.newValue();
    configs.lookup(codepoint, present);
    keys.lookup(codepoint, presentKey);
    if (present
            .slice(0, DecodingConfig.GENERATION_AT)
            .equals(wanted.slice(0, DecodingConfig.GENERATION_AT))
        && presentKey.equals(wantedKey)) {
      return;
    }
    // What was decoded with the key before does not count any more.
    wanted.putLong(DecodingConfig.GENERATION_AT, random.nextLong() | 1);
    configs.update(codepoint, configs.newValue(), Mode.ANY);
    keys.update(codepoint, wantedKey, Mode.ANY);
    configs.update(codepoint, wanted, Mode.ANY);
  }

  /** CIDs with this codepoint are unroutable from now on: 0 to 6. */
  public synchronized void forget(int codepoint) {
    if (codepoint < 0 || codepoint > QuicLbConfig.MAX_CODEPOINT) {
      throw new IllegalArgumentException(
          "codepoint is " + codepoint + "; it must be 0 to " + QuicLbConfig.MAX_CODEPOINT);
    }
    BpfMap configs = objects.map(GroupObjects.CONFIGS);
    BpfMap keys = objects.map(GroupObjects.KEYS);
    ByteBuffer key = configs.newKey().putInt(0, codepoint);
    configs.update(key, configs.newValue(), Mode.ANY);
    keys.update(key, keys.newValue(), Mode.ANY);
  }

  /**
   * Gives a socket the lowest free slot. Until it {@linkplain Worker#serve serves} server IDs or
   * {@linkplain Worker#accept accepts} it gets no packets.
   *
   * @param socket descriptor of a UDP socket with {@code SO_REUSEPORT} that is bound and not
   *     connected; of Netty's epoll transport, {@code channel.fd().intValue()}
   * @param generation of the server's processes; only grows
   * @throws WorkerGroupException if the group is full, or the socket cannot be in it
   */
  public synchronized Worker register(int socket, int generation) {
    if (generation < 0) {
      throw new IllegalArgumentException(
          "generation is " + generation + "; it must not be negative");
    }
    try {
      // The kernel chooses by it from now on, for this socket's whole address and port.
      objects.program().attachToReuseportGroup(socket);
      return Worker.register(objects, claim(socket), generation);
    } catch (BpfException e) {
      throw new WorkerGroupException(
          "socket "
              + socket
              + " cannot be a worker of "
              + directory
              + ": "
              + e.getMessage()
              + "; it must be a bound UDP socket with SO_REUSEPORT that is in no other group",
          e);
    }
  }

  /** The kernel decides between processes that want the same slot. */
  private int claim(int socket) {
    BpfMap sockets = objects.map(GroupObjects.SOCKETS);
    ByteBuffer value = sockets.newValue().putLong(0, socket);
    int slots = sockets.info().maxEntries();
    for (int slot = 0; slot < slots; slot++) {
      try {
        sockets.update(sockets.newKey().putInt(0, slot), value, Mode.NEW);
        return slot;
      } catch (BpfException e) {
        if (e.errno() != BpfException.EEXIST) {
          throw e;
        }
      }
    }
    throw new WorkerGroupException(
        "all " + slots + " slots of " + directory + " are taken: " + workers());
  }

  /**
   * From now on, new connections go to workers of this generation and later ones alone, all at
   * once. Workers of older ones keep the connections that they have.
   */
  public synchronized void acceptFrom(int generation) {
    BpfMap group = objects.map(GroupObjects.GROUP);
    ByteBuffer value = group.newValue();
    value.putInt(0, GroupObjects.LAYOUT_VERSION);
    value.putInt(ACCEPT_FROM_AT, generation);
    group.update(group.newKey(), value, Mode.ANY);
  }

  /** The oldest generation that new connections may go to. */
  public synchronized int acceptsFrom() {
    BpfMap group = objects.map(GroupObjects.GROUP);
    ByteBuffer value = group.newValue();
    group.lookup(group.newKey(), value);
    return value.getInt(ACCEPT_FROM_AT);
  }

  /** The workers whose sockets are open, by slot. */
  public synchronized List<WorkerState> workers() {
    BpfMap sockets = objects.map(GroupObjects.SOCKETS);
    BpfMap slots = objects.map(GroupObjects.SLOTS);
    List<WorkerState> workers = new ArrayList<>();
    int room = sockets.info().maxEntries();
    for (int slot = 0; slot < room; slot++) {
      if (sockets.lookup(sockets.newKey().putInt(0, slot), sockets.newValue())) {
        workers.add(Worker.read(slots, slot));
      }
    }
    return List.copyOf(workers);
  }

  /** What the kernel has counted. */
  public synchronized WorkerCounters counters() {
    return new WorkerCounters(
        count(CELL_BY_CID),
        count(CELL_UNROUTABLE),
        count(CELL_UNKNOWN),
        count(CELL_GONE),
        count(CELL_NONE_ACCEPTS));
  }

  private long count(int row) {
    BpfMap cells = objects.map(GroupObjects.CELLS);
    ByteBuffer perCpu = cells.newValue();
    cells.lookup(cells.newKey().putInt(0, row), perCpu);
    long sum = 0;
    while (perCpu.remaining() >= Long.BYTES) {
      sum += perCpu.getLong();
    }
    return sum;
  }

  private static byte[] roundKeys(CidAlgorithm algorithm, CidKey key) {
    // A single-pass CID is one block, decrypted; the passes of the other are encryptions.
    return algorithm == CidAlgorithm.SINGLE_PASS
        ? RoundKeyOctets.forDecryption(key)
        : RoundKeyOctets.forEncryption(key);
  }

  /**
   * Deletes the group's directory, when no process needs it any more. Sockets that are still in the
   * group go on as before, with nobody who could join them.
   */
  public static void delete(Path directory) throws IOException {
    GroupObjects.delete(directory);
  }

  /** Lets go of the group; its workers stay in it. */
  @Override
  public synchronized void close() {
    objects.close();
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
