package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a new bundle takes the place of. A directory may go if it is empty, or has nothing but what
 * {@code tern compile} wrote there and can write again. For one thread.
 */
final class OlderBundle {
  private static final String KEPT = ": it is not written over";
  private static final String ADVICE = "; move it away, or give --output another directory";

  private final Path directory;
  private final Path name;

  private OlderBundle(Path directory, Path name) {
    this.directory = requireNonNull(directory, "directory");
    this.name = requireNonNull(name, "name");
  }

  /**
   * Requires that nothing is lost when a directory is deleted.
   *
   * @param directory what is looked into
   * @param name what messages call it
   * @throws BundleException if something in it is not of the bundle that is there, or no longer as
   *     it was written; says which file
   * @throws IOException if it cannot be read
   */
  static void requireReplaceable(Path directory, Path name) throws BundleException, IOException {
    new OlderBundle(directory, name).check();
  }

  private void check() throws BundleException, IOException {
    // Links are not followed.
    List<Path> content;
    try (Stream<Path> tree = Files.walk(directory)) {
      content = tree.skip(1).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (content.isEmpty()) {
      return;
    }
    BundleManifest manifest = manifest();
    for (Path path : content) {
      String file = directory.relativize(path).toString();
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        if (manifest.hashes().keySet().stream().noneMatch(f -> f.startsWith(file + "/"))) {
          throw foreign(file);
        }
      } else if (!file.equals(BundleManifest.FILE)) {
        checkFile(path, file, manifest);
      }
    }
  }

  private BundleManifest manifest() throws BundleException, IOException {
    Path file = directory.resolve(BundleManifest.FILE);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new BundleException(name + " is neither empty nor a bundle" + KEPT);
    }
    try {
      return BundleManifest.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (BundleException e) {
      throw new BundleException(
          name + " is no bundle that tern compile wrote (" + e.getMessage() + ")" + KEPT);
    }
  }

  private void checkFile(Path path, String file, BundleManifest manifest)
      throws BundleException, IOException {
    String hash = manifest.hashes().get(file);
    if (hash == null) {
      throw foreign(file);
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        || !BundleManifest.sha256(Files.readAllBytes(path)).equals(hash)) {
      throw new BundleException(
          name + ": " + file + " was changed since tern compile wrote it" + KEPT + ADVICE);
    }
  }

  private BundleException foreign(String file) {
    return new BundleException(
        name + ": " + file + " is not of the bundle that is there" + KEPT + ADVICE);
  }
}
