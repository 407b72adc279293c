package io.tern.workers;

import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.Libbpf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The program and the maps of a group, pinned in a directory of bpffs (xdp-fallback/bpf,
 * workers.h). Not thread-safe.
 */
final class GroupObjects implements AutoCloseable {
  /** {@code WORKER_LAYOUT_VERSION}. */
  static final int LAYOUT_VERSION = 1;

  static final String SOCKETS = "worker_sockets";
  static final String SLOTS = "worker_slots";
  static final String CONFIGS = "worker_configs";
  static final String SERVER_IDS = "worker_sids";
  static final String GROUP = "worker_group";
  static final String CELLS = "worker_cells";
  static final String KEYS = "keys";

  private static final String MEMOS = "memos";

  private static final String PROGRAM = "tern_worker";
  private static final String RESOURCE = "/io/tern/xdp/tern_worker.bpf.o";
  private static final List<String> MAPS =
      List.of(SOCKETS, SLOTS, CONFIGS, SERVER_IDS, GROUP, CELLS, KEYS);

  /** One for each codepoint. */
  private static final int KEY_ENTRIES = 8;

  private final BpfProgram program;
  private final Map<String, BpfMap> maps;

  private GroupObjects(BpfProgram program, Map<String, BpfMap> maps) {
    this.program = program;
    this.maps = maps;
  }

  /**
   * Those that are pinned in {@code directory}, made first if there are none. Of several processes
   * that do so at once, one wins and the others take what it made.
   */
  static GroupObjects open(Path directory, int slots) {
    Optional<GroupObjects> existing = openPinned(directory);
    if (existing.isPresent()) {
      return existing.get();
    }
    try {
      make(directory, slots);
    } catch (IOException e) {
      throw new WorkerGroupException(
          directory
              + " cannot be made: "
              + e
              + "; it must be in a BPF file system (mount -t bpf bpf /sys/fs/bpf)",
          e);
    } catch (BpfException e) {
      throw new WorkerGroupException(
          "worker steering in "
              + directory
              + " cannot be loaded: "
              + e.getMessage()
              + (e.errno() == BpfException.EPERM
                  ? "; making a group needs CAP_BPF and CAP_NET_ADMIN, joining it needs neither"
                  : ""),
          e);
    }
    return openPinned(directory)
        .orElseThrow(() -> new WorkerGroupException(directory + " disappeared"));
  }

  private static Optional<GroupObjects> openPinned(Path directory) {
    BpfProgram program;
    try {
      program = BpfProgram.openPinned(directory.resolve(PROGRAM));
    } catch (BpfException e) {
      if (e.errno() == BpfException.ENOENT) {
        return Optional.empty();
      }
      throw new WorkerGroupException("the group " + directory + ": " + e.getMessage(), e);
    }
    Map<String, BpfMap> maps = new LinkedHashMap<>();
    GroupObjects objects = new GroupObjects(program, maps);
    try {
      for (String map : MAPS) {
        maps.put(map, BpfMap.openPinned(directory.resolve(map)));
      }
      objects.checkLayout(directory);
    } catch (BpfException e) {
      objects.close();
      throw new WorkerGroupException("the group " + directory + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      objects.close();
      throw e;
    }
    return Optional.of(objects);
  }

  private void checkLayout(Path directory) {
    BpfMap group = map(GROUP);
    ByteBuffer value = group.newValue();
    group.lookup(group.newKey(), value);
    int version = value.getInt(0);
    if (version != LAYOUT_VERSION) {
      throw new WorkerGroupException(
          "the group "
              + directory
              + " has layout "
              + version
              + ", and this process knows layout "
              + LAYOUT_VERSION
              + ": give the processes of the new version another directory and another port, or"
              + " delete the directory when the last process of the old version has ended");
    }
  }

  private static void make(Path directory, int slots) throws IOException {
    // The names of bpffs have no dots.
    Path fresh = directory.resolveSibling(directory.getFileName() + "_" + UUID.randomUUID());
    Files.createDirectories(fresh);
    try {
      pinNew(fresh, slots);
      Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(fresh);
      // Another process was faster: a directory that is not empty is not replaced.
      if (!Files.exists(directory.resolve(PROGRAM))) {
        throw e;
      }
    } catch (RuntimeException e) {
      delete(fresh);
      throw e;
    }
  }

  private static void pinNew(Path directory, int slots) {
    try (BpfObject object = BpfObject.open(PROGRAM, elf())) {
      object.setMaxEntries(SOCKETS, slots);
      object.setMaxEntries(SLOTS, slots);
      object.setMaxEntries(KEYS, KEY_ENTRIES);
      // Of decoded CIDs: a CPU without one decodes each CID anew.
      object.setMaxEntries(MEMOS, Libbpf.possibleCpus());
      object.load();
      for (String name : MAPS) {
        try (BpfMap map = object.map(name)) {
          if (name.equals(GROUP)) {
            map.update(map.newKey(), map.newValue().putInt(0, LAYOUT_VERSION), BpfMap.Mode.ANY);
          }
          map.pin(directory.resolve(name));
        }
      }
      try (BpfProgram program = object.program(PROGRAM)) {
        program.pin(directory.resolve(PROGRAM));
      }
    }
  }

  private static byte[] elf() {
    try (InputStream in = GroupObjects.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new WorkerGroupException(RESOURCE + " is not on the class path: tern-xdp-bpf has it");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unpins everything in {@code directory}, and deletes it. */
  static void delete(Path directory) throws IOException {
    List<Path> pins = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(pins::add);
    }
    for (Path pin : pins) {
      Files.delete(pin);
    }
    Files.delete(directory);
  }

  BpfProgram program() {
    return program;
  }

  BpfMap map(String name) {
    return maps.get(name);
  }

  @Override
  public void close() {
    program.close();
    maps.values().forEach(BpfMap::close);
  }
}
