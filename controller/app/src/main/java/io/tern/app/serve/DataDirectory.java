package io.tern.app.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a controller keeps its data. */
final class DataDirectory {
  private static final String STORE = "intent.db";

  private DataDirectory() {}

  /**
   * The file of the intent store in a directory, which is created for its owner alone if it is not
   * there: keys are in it.
   */
  static Path storeFile(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new IOException(
          "the data directory "
              + directory
              + " is a file; name a directory, or a path to make one");
    }
    try {
      Files.createDirectories(directory, ownerOnly(directory));
    } catch (IOException e) {
      throw new IOException("cannot create the data directory " + directory + ": " + e, e);
    }
    return directory.resolve(STORE);
  }

  private static FileAttribute<?>[] ownerOnly(Path directory) {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }
}
