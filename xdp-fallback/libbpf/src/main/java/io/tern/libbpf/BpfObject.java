package io.tern.libbpf;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A compiled BPF object: opened from the octets of its ELF file, configured, loaded, and then the
 * source of maps and programs. These have descriptors of their own, so the object may be closed
 * before them.
 *
 * <p>Not thread-safe.
 */
public final class BpfObject implements AutoCloseable {
  private final String name;
  private final Resource resource;

  private BpfObject(String name, long handle) {
    this.name = name;
    this.resource = Resource.handle(this, "BPF object '" + name + "'", handle, Native::objectClose);
  }

  /**
   * Opens an object; nothing is in the kernel yet.
   *
   * @param name for errors and the kernel's names
   * @throws BpfException if it is no BPF object
   */
  public static BpfObject open(String name, byte[] elf) {
    requireNonNull(name, "name");
    ByteBuffer octets = ByteBuffer.allocateDirect(elf.length).put(elf);
    try {
      return new BpfObject(name, Native.objectOpen(name, octets, elf.length));
    } catch (BpfException e) {
      throw e.about("BPF object '" + name + "'");
    }
  }

  /** Names of its maps. */
  public List<String> mapNames() {
    return List.of(Native.objectNames(resource.handle(), false));
  }

  /** Names of its programs. */
  public List<String> programNames() {
    return List.of(Native.objectNames(resource.handle(), true));
  }

  /** The size that a map has or will get. */
  public int maxEntries(String map) {
    return withMap(map, () -> Native.objectMaxEntries(resource.handle(), map));
  }

  /** Gives a map another size; before {@link #load}. */
  public void setMaxEntries(String map, int entries) {
    if (entries < 1) {
      throw new IllegalArgumentException("map '" + map + "': " + entries + " entries");
    }
    withMap(
        map,
        () -> {
          Native.objectSetMaxEntries(resource.handle(), map, entries);
          return null;
        });
  }

  /**
   * Has {@link #load} take the map that is pinned there if it is one of the same shape, or else pin
   * the new one there; before {@link #load}.
   */
  public void setPinPath(String map, Path path) {
    withMap(
        map,
        () -> {
          Native.objectSetPinPath(resource.handle(), map, path.toString());
          return null;
        });
  }

  /** Has {@link #load} take an existing map instead of a new one; before {@link #load}. */
  public void reuse(String map, BpfMap existing) {
    withMap(
        map,
        () -> {
          Native.objectReuseMap(resource.handle(), map, existing.fd());
          return null;
        });
  }

  /**
   * The octets that a map of constants or variables ({@code .rodata}, {@code .data}) begins with.
   */
  public byte[] initialValue(String map) {
    return withMap(map, () -> Native.objectInitialValue(resource.handle(), map));
  }

  /** Changes them; before {@link #load}. */
  public void setInitialValue(String map, byte[] value) {
    ByteBuffer octets = ByteBuffer.allocateDirect(value.length).put(value);
    withMap(
        map,
        () -> {
          Native.objectSetInitialValue(resource.handle(), map, octets, value.length);
          return null;
        });
  }

  /** Whether {@link #load} loads a program; it does unless told otherwise. */
  public void setAutoload(String program, boolean load) {
    withProgram(
        program,
        () -> {
          Native.objectSetAutoload(resource.handle(), program, load);
          return null;
        });
  }

  /**
   * Makes the maps and has the verifier look at the programs.
   *
   * @throws BpfException with the end of the verifier's log
   */
  public void load() {
    try {
      Native.objectLoad(resource.handle());
    } catch (BpfException e) {
      throw e.about("BPF object '" + name + "'");
    }
  }

  /** A map, after {@link #load}; to be closed by the caller. */
  public BpfMap map(String map) {
    return BpfMap.ofDescriptor(
        withMap(map, () -> Native.objectMap(resource.handle(), map)), "map '" + map + "'");
  }

  /** A program, after {@link #load}; to be closed by the caller. */
  public BpfProgram program(String program) {
    return BpfProgram.ofDescriptor(
        withProgram(program, () -> Native.objectProgram(resource.handle(), program)),
        "program '" + program + "'");
  }

  @Override
  public void close() {
    resource.close();
  }

  private interface Call<T> {
    T run();
  }

  private <T> T withMap(String map, Call<T> call) {
    try {
      return call.run();
    } catch (BpfException e) {
      throw e.about("BPF object '" + name + "', map '" + map + "'");
    }
  }

  private <T> T withProgram(String program, Call<T> call) {
    try {
      return call.run();
    } catch (BpfException e) {
      throw e.about("BPF object '" + name + "', program '" + program + "'");
    }
  }
}
