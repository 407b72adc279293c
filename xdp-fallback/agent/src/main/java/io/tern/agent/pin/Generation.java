package io.tern.agent.pin;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tern.agent.layout.MapShape;
import io.tern.agent.layout.ObjectLayout;
import io.tern.agent.plane.AgentMaps;
import io.tern.agent.plane.MapSource;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A set of maps with the program that reads them, pinned in one directory:
 *
 * <pre>
 * NAME              each of the program's maps and the agent's own
 * agent_layout      descriptor of the program's maps, the object's hash in front
 * agent_pipeline    the pipeline of P4Runtime that the maps are filled for
 * program           comes last: without it the generation is not complete
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class Generation implements MapSource, AutoCloseable {
  static final String PROGRAM = "program";
  static final String NEXT_PROGRAM = "program-next";

  private static final String LAYOUT = "agent_layout";
  private static final String PIPELINE = "agent_pipeline";

  private final Path directory;
  private final Map<String, BpfMap> maps;
  private final boolean filled;
  private ObjectLayout layout;
  private String objectHash;
  private BpfProgram program;

  private Generation(
      Path directory,
      ObjectLayout layout,
      String objectHash,
      Map<String, BpfMap> maps,
      BpfProgram program,
      boolean filled) {
    this.directory = directory;
    this.layout = layout;
    this.objectHash = objectHash;
    this.maps = maps;
    this.program = program;
    this.filled = filled;
  }

  /**
   * Loads the program with maps of its own, and pins the maps: they are to be filled, then {@link
   * #complete} makes it a generation that is found again.
   *
   * @param sizes of maps; those that it does not have keep the sizes of the object
   */
  static Generation create(
      Path directory,
      ProgramObject object,
      Map<String, Integer> sizes,
      ForwardingPipelineConfig pipeline)
      throws IOException {
    Map<String, BpfMap> maps = new LinkedHashMap<>();
    Generation generation = null;
    try {
      Files.createDirectory(directory);
      BpfProgram program;
      try (BpfObject opened = object.open()) {
        for (String name : object.layout().names()) {
          Integer size = sizes.get(name);
          if (size != null) {
            opened.setMaxEntries(name, size);
          }
        }
        opened.load();
        program = opened.program(ProgramObject.PROGRAM);
        generation =
            new Generation(directory, object.layout(), object.hash(), maps, program, false);
        for (String name : object.layout().names()) {
          maps.put(name, opened.map(name));
        }
      }
      for (MapShape shape : AgentMaps.all()) {
        maps.put(
            shape.name(),
            BpfMap.create(
                shape.type(),
                shape.name(),
                shape.keySize(),
                shape.valueSize(),
                sizes.get(shape.name()),
                shape.type() == BpfMap.TYPE_HASH ? BpfMap.NO_PREALLOC : 0));
      }
      for (Map.Entry<String, BpfMap> map : maps.entrySet()) {
        map.getValue().pin(directory.resolve(pinName(map.getKey())));
      }
      generation.pinText(LAYOUT, generation.describe());
      generation.setPipeline(pipeline);
      return generation;
    } catch (IOException | RuntimeException e) {
      if (generation != null) {
        generation.close();
      } else {
        maps.values().forEach(BpfMap::close);
      }
      try {
        remove(directory);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /**
   * Opens a pinned generation.
   *
   * @throws io.tern.agent.layout.LayoutException if its descriptor cannot be read
   */
  static Generation open(Path directory) throws IOException {
    Map<String, BpfMap> maps = new LinkedHashMap<>();
    BpfProgram program = null;
    try {
      String descriptor = new String(readText(directory, LAYOUT), StandardCharsets.UTF_8);
      int line = descriptor.indexOf('\n');
      ObjectLayout layout = ObjectLayout.parse(descriptor.substring(line + 1));
      for (String name : layout.names()) {
        maps.put(name, BpfMap.openPinned(directory.resolve(pinName(name))));
      }
      for (MapShape shape : AgentMaps.all()) {
        maps.put(shape.name(), BpfMap.openPinned(directory.resolve(shape.name())));
      }
      program = BpfProgram.openPinned(directory.resolve(PROGRAM));
      return new Generation(directory, layout, descriptor.substring(0, line), maps, program, true);
    } catch (RuntimeException e) {
      maps.values().forEach(BpfMap::close);
      if (program != null) {
        program.close();
      }
      throw e;
    }
  }

  /** From now on it is found again. */
  void complete() {
    program.pin(directory.resolve(PROGRAM));
  }

  /**
   * Loads another program of the same layout with these maps; nothing runs it yet.
   *
   * @see #replaceProgram
   */
  BpfProgram loadOther(ProgramObject object) {
    try (BpfObject opened = object.open()) {
      for (String name : object.layout().names()) {
        opened.reuse(name, map(name));
      }
      opened.load();
      return opened.program(ProgramObject.PROGRAM);
    }
  }

  /** Pins the program that comes next beside the one that is there. */
  void pinNext(BpfProgram next) throws IOException {
    Files.deleteIfExists(directory.resolve(NEXT_PROGRAM));
    next.pin(directory.resolve(NEXT_PROGRAM));
  }

  /** The one that is pinned as the next becomes the generation's program. */
  void replaceProgram(BpfProgram next, ProgramObject object) throws IOException {
    Files.move(
        directory.resolve(NEXT_PROGRAM),
        directory.resolve(PROGRAM),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    program.close();
    program = next;
    layout = object.layout();
    objectHash = object.hash();
    pinText(LAYOUT, describe());
  }

  /** bpffs takes no dots in names. */
  private static String pinName(String map) {
    return map.replace('.', ':');
  }

  private byte[] describe() {
    return (objectHash + "\n" + layout.describe()).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * IDs of the programs that have these maps: the one that is pinned, and one that was to follow.
   */
  List<Integer> programIds() throws IOException {
    List<Integer> ids = new java.util.ArrayList<>();
    ids.add(program.info().id());
    Path next = directory.resolve(NEXT_PROGRAM);
    if (Files.exists(next)) {
      try (BpfProgram other = BpfProgram.openPinned(next)) {
        ids.add(other.info().id());
      }
    }
    return ids;
  }

  /** Says for which pipeline the maps are filled. */
  public void setPipeline(ForwardingPipelineConfig pipeline) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(octets)) {
      pipeline.writeTo(deflated);
    }
    pinText(PIPELINE, octets.toByteArray());
  }

  /** The pipeline that the maps are filled for. */
  public ForwardingPipelineConfig pipeline() throws IOException {
    try (InflaterInputStream inflated =
        new InflaterInputStream(new ByteArrayInputStream(readText(directory, PIPELINE)))) {
      return ForwardingPipelineConfig.parseFrom(inflated);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(directory.resolve(PIPELINE) + " has no pipeline: " + e.getMessage(), e);
    }
  }

  /** Replaces a pinned text in one step. */
  private void pinText(String name, byte[] octets) throws IOException {
    Path next = directory.resolve(name + "-next");
    Files.deleteIfExists(next);
    try (BpfMap map = TextMap.create(name, octets)) {
      map.pin(next);
    }
    Files.move(
        next,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] readText(Path directory, String name) {
    try (BpfMap map = BpfMap.openPinned(directory.resolve(name))) {
      return TextMap.read(map);
    }
  }

  /** Unpins everything in a directory, and the directory. */
  static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** Unpins it; what still uses it does so. */
  void remove() {
    close();
    try {
      remove(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** SHA-256 of the object that its program came from. */
  public String objectHash() {
    return objectHash;
  }

  @Override
  public ObjectLayout layout() {
    return layout;
  }

  @Override
  public BpfMap map(String name) {
    return requireNonNull(maps.get(name), name);
  }

  @Override
  public BpfProgram program() {
    return program;
  }

  @Override
  public boolean isFilled() {
    return filled;
  }

  /** Octets of kernel memory that the elements of its maps take at least, preallocated or not. */
  public long memory() {
    long octets = 0;
    for (BpfMap map : maps.values()) {
      octets += (long) map.info().maxEntries() * (map.info().keySize() + map.stride());
    }
    return octets;
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  @Override
  public void close() {
    maps.values().forEach(BpfMap::close);
    if (program != null) {
      program.close();
    }
  }

  /** Whether something that cannot be opened is missing, rather than of another kind. */
  static boolean isMissing(RuntimeException e) {
    return e instanceof BpfException bpf && bpf.errno() == BpfException.ENOENT;
  }
}
