package io.tern.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What tests make outside of their process is named by its ID: {@code ta}, the ID to base 36, a
 * dash, and what it is; pins by the device ID, which is the process ID and three digits. So tests
 * that begin can take away what killed ones have left.
 */
final class Leftovers {
  private static final Pattern NAME = Pattern.compile("ta([0-9a-z]{1,6})-.*");
  private static final Path INTERFACES = Path.of("/sys/class/net");
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Path MOUNTS = Path.of(System.getProperty("java.io.tmpdir"));
  private static final int DEVICES = 1000;

  private Leftovers() {}

  /** The name of something that this process makes. */
  static String name(String what) {
    return "ta" + Long.toString(ProcessHandle.current().pid(), 36) + "-" + what;
  }

  /** The first of the device IDs of this process. */
  static long firstDevice() {
    return ProcessHandle.current().pid() * DEVICES;
  }

  /** A directory of this process to mount something at. */
  static Path mountPoint(String what) {
    return MOUNTS.resolve(name(what));
  }

  /** Removes pins, mounts, interfaces and namespaces of processes that are no more. */
  static void clear() throws IOException {
    for (Path pins : list(TestAgents.PINS)) {
      String name = pins.getFileName().toString();
      if (name.matches("\\d{4,18}") && isDead(Long.parseLong(name) / DEVICES)) {
        remove(pins);
      }
    }
    for (Path found : list(INTERFACES)) {
      if (isLeft(found)) {
        ignoringAbsence("ip", "link", "delete", found.getFileName().toString());
      }
    }
    for (Path found : list(NAMESPACES)) {
      if (isLeft(found)) {
        ignoringAbsence("ip", "netns", "delete", found.getFileName().toString());
      }
    }
    for (Path found : list(MOUNTS)) {
      if (isLeft(found)) {
        ignoringAbsence("umount", found.toString());
        Files.deleteIfExists(found);
      }
    }
  }

  private static boolean isLeft(Path found) {
    Matcher name = NAME.matcher(found.getFileName().toString());
    return name.matches() && isDead(Long.parseLong(name.group(1), 36));
  }

  private static boolean isDead(long pid) {
    return !Files.exists(Path.of("/proc", Long.toString(pid)));
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  /** The other end of a pair goes along, and so may what another test process clears meanwhile. */
  private static void ignoringAbsence(String... command) {
    try {
      TestInterfaces.run(command);
    } catch (IOException e) {
      System.out.println("Leftovers: " + e.getMessage().strip());
    }
  }

  /** Removes a directory with what is in it. */
  static void remove(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path left, IOException e) throws IOException {
              Files.deleteIfExists(left);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // Somebody else was faster.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
