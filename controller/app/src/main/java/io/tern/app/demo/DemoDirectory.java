package io.tern.app.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where one demo keeps its controller's data, its keys and its logs: readable by its user alone.
 */
final class DemoDirectory {
  private DemoDirectory() {}

  /** Makes one. */
  static Path create() throws IOException {
    return Files.createTempDirectory("tern-demo-");
  }

  /** Deletes it with all that is in it; files that are gone already are as good as deleted. */
  static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException | UncheckedIOException e) {
      if (Files.exists(directory)) {
        throw new IOException("cannot delete " + directory, e);
      }
      return;
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
