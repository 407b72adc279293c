package io.tern.store;

import io.tern.store.StoreException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of a store as the file system sees it: there, no directory, only for its owner. */
final class StoreFile {
  private static final Logger log = LoggerFactory.getLogger(StoreFile.class);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private StoreFile() {}

  static void prepare(Path file) throws StoreException {
    // The SQLite driver takes these for the beginning of parameters and would open another file.
    if (file.toAbsolutePath().toString().matches(".*[?#].*")) {
      throw new StoreException(Kind.INPUT_OUTPUT, file + ": its path must not contain ? or #");
    }
    try {
      if (Files.isDirectory(file)) {
        throw new StoreException(Kind.INPUT_OUTPUT, file + " is a directory; name a file in it");
      }
      checkLog(file);
      if (!Files.exists(file)) {
        create(file);
      }
    } catch (NoSuchFileException e) {
      throw new StoreException(
          Kind.INPUT_OUTPUT, "cannot create " + file + ": its directory does not exist", e);
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(Kind.INPUT_OUTPUT, "cannot open " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * SQLite deletes a write-ahead log whose database is empty or gone: what it holds would be lost.
   */
  private static void checkLog(Path file) throws IOException {
    Path log = file.resolveSibling(file.getFileName() + "-wal");
    boolean empty = !Files.exists(file) || Files.size(file) == 0;
    if (empty && Files.exists(log) && Files.size(log) > 0) {
      throw new StoreException(
          Kind.CORRUPT,
          file + " is empty or gone, but its log " + log + " is not; restore both from a copy");
    }
  }

  private static void create(Path file) throws IOException {
    try {
      if (isPosix(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      return; // Another controller was faster: the lock decides.
    }
    // A new file survives a power cut only when its directory is on disk, too.
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Takes a store that others can read from them. */
  static void restrict(Path file) throws StoreException {
    try {
      restrictMode(file);
    } catch (IOException e) {
      throw new StoreException(
          Kind.INPUT_OUTPUT, "cannot set the mode of " + file + ": " + e.getMessage(), e);
    }
  }

  private static void restrictMode(Path file) throws IOException {
    if (isPosix(file) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      log.warn("{} was open to other users than its owner; it holds keys: mode set to 0600", file);
      Files.setPosixFilePermissions(file, OWNER_ONLY);
    }
  }

  private static boolean isPosix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
