package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import io.tern.app.compile.P4Compiler.Compilation;
import io.tern.p4.contract.TernSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compiles profiles into bundles. A bundle is there whole or not at all. */
final class BundleWriter {
  private final P4Compiler compiler;

  BundleWriter(P4Compiler compiler) {
    this.compiler = requireNonNull(compiler, "compiler");
  }

  /**
   * What was written.
   *
   * @param bundle as it is read back
   * @param compilation what it cost
   * @param programOctets size of the program
   */
  record Written(Bundle bundle, Compilation compilation, long programOctets) {}

  /**
   * Compiles a profile.
   *
   * @param directory of the bundle; an older bundle there is replaced, if it is as it was written
   *     and nothing else is in the directory
   * @throws BundleException if something in the directory would be lost; it is as before then
   * @throws CompilerException if p4c fails
   * @throws IOException if a file cannot be written
   * @throws InterruptedException if the thread is interrupted
   */
  Written write(Profile profile, Path directory)
      throws BundleException, CompilerException, IOException, InterruptedException {
    Path target = target(directory);
    Path parent = requireNonNull(target.getParent(), "the root directory is no empty one");
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, ".tern-compile");
    try {
      Compilation compilation = compile(profile, work);
      Bundle bundle = Bundle.read(work);
      replace(work, target);
      return new Written(bundle, compilation, Files.size(target.resolve(P4Compiler.PROGRAM)));
    } finally {
      delete(work);
    }
  }

  private Compilation compile(Profile profile, Path work)
      throws CompilerException, IOException, InterruptedException {
    SortedMap<String, byte[]> files = new TreeMap<>(TernSources.files());
    String source = TernSources.PROGRAM;
    if (!profile.isDefault()) {
      // No source of Tern's begins like this.
      source = "src/profile-" + profile.name() + ".p4";
      files.put(source, profile.topLevel().getBytes(StandardCharsets.UTF_8));
    }
    files.put(Bundle.PROFILE, profile.toText().getBytes(StandardCharsets.UTF_8));
    Files.createDirectory(work.resolve("src"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(work.resolve(file.getKey()), file.getValue());
    }
    Compilation compilation = compiler.compile(work, source);
    for (String output : new String[] {P4Compiler.PROGRAM, P4Compiler.P4INFO}) {
      files.put(output, Files.readAllBytes(work.resolve(output)));
    }
    Files.write(
        work.resolve(BundleManifest.FILE), BundleManifest.of(compiler.version(), files).toOctets());
    return compilation;
  }

  /** Where the bundle goes: what a link leads to, so that the link stays. */
  private static Path target(Path directory) throws BundleException, IOException {
    Path target = directory.toAbsolutePath().normalize();
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return target;
    }
    if (!Files.isDirectory(target)) {
      throw new BundleException(target + " is no directory");
    }
    Path real = target.toRealPath();
    OlderBundle.requireReplaceable(real, target);
    return real;
  }

  private static void replace(Path work, Path target) throws BundleException, IOException {
    // Temporary directories are their owner's alone.
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (!Files.exists(target)) {
      Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = work.resolveSibling(work.getFileName() + ".old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      // Once more: compiling took its time, and what came meanwhile is not to be lost either.
      OlderBundle.requireReplaceable(old, target);
      Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (BundleException | IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    delete(old);
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
