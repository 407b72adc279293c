package io.tern.agent.pin;

import static java.util.Objects.requireNonNull;

import io.tern.libbpf.BpfProgram;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations of a device, in directories {@code g1}, {@code g2}, ... There is one, or two
 * while one takes over from the other. Not thread-safe.
 */
public final class Generations {
  private static final Logger logger = LoggerFactory.getLogger(Generations.class);
  private static final Pattern NAME = Pattern.compile("g(\\d{1,9})");

  private final Path directory;

  /**
   * @param directory of the device, under bpffs
   */
  public Generations(Path directory) {
    this.directory = requireNonNull(directory, "directory");
  }

  /**
   * Finds the generation whose program is attached, or else the newest that is complete, and
   * removes all others.
   *
   * @param attached IDs of the programs of the device's links
   */
  public Optional<Generation> findCurrent(List<Integer> attached) throws IOException {
    List<Generation> complete = new ArrayList<>();
    for (Path path : list()) {
      if (!Files.exists(path.resolve(Generation.PROGRAM))) {
        logger.info("Removing {}: an agent was ended before it was complete", path);
        Generation.remove(path);
        continue;
      }
      try {
        complete.add(Generation.open(path));
      } catch (RuntimeException e) {
        if (!Generation.isMissing(e)) {
          throw e;
        }
        logger.warn("Removing {}: it is not whole: {}", path, e.getMessage());
        Generation.remove(path);
      }
    }
    Generation current = null;
    for (Generation generation : complete) {
      if (!java.util.Collections.disjoint(generation.programIds(), attached)) {
        current = generation;
      }
    }
    if (current == null && !complete.isEmpty()) {
      current = complete.get(complete.size() - 1);
    }
    for (Generation generation : complete) {
      if (generation != current) {
        logger.info("Removing {}: no interface uses it", generation.directory());
        generation.remove();
      }
    }
    return Optional.ofNullable(current);
  }

  /** A new generation, empty and not complete. */
  public Generation create(
      ProgramObject object, Map<String, Integer> sizes, ForwardingPipelineConfig pipeline)
      throws IOException {
    int number = 0;
    for (Path path : list()) {
      number = Math.max(number, number(path));
    }
    return Generation.create(directory.resolve("g" + (number + 1)), object, sizes, pipeline);
  }

  /** Makes a filled generation one that is found again. */
  public void complete(Generation generation) {
    generation.complete();
  }

  /** Removes a generation that nothing uses any more. */
  public void remove(Generation generation) {
    generation.remove();
  }

  /** Removes all. */
  public void removeAll() throws IOException {
    for (Path path : list()) {
      Generation.remove(path);
    }
  }

  /** What another program needs to take over a generation's maps. */
  public interface Switch {
    /** Gives the program to all links. */
    void to(BpfProgram program);
  }

  /**
   * Replaces the program of a generation by another of the same layout. Killed at any moment, what
   * is pinned says which generation the links' programs belong to.
   */
  public void replaceProgram(Generation generation, ProgramObject object, Switch links)
      throws IOException {
    BpfProgram next = generation.loadOther(object);
    boolean replaced = false;
    try {
      generation.pinNext(next);
      links.to(next);
      generation.replaceProgram(next, object);
      replaced = true;
    } finally {
      if (!replaced) {
        next.close();
      }
    }
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
          .sorted(Comparator.comparingInt(Generations::number))
          .toList();
    }
  }

  private static int number(Path path) {
    Matcher matcher = NAME.matcher(path.getFileName().toString());
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
