package io.tern.libbpf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The shim: a resource, loaded from a copy that nobody else can write to and that is then gone. */
final class NativeLibrary {
  private static final String NAME = "libtern-bpf.so";

  private NativeLibrary() {}

  /**
   * Loads the shim.
   *
   * @throws UnsatisfiedLinkError what is missing, and what to do
   */
  static void load() {
    String platform =
        System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT)
            + "-"
            + System.getProperty("os.arch");
    String resource = platform + "/" + NAME;
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new UnsatisfiedLinkError(
            "Tern's BPF library is not built for " + platform + ": build Tern on such a machine");
      }
      Path directory =
          Files.createTempDirectory(
              "tern-bpf-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path copy = directory.resolve(NAME);
      try {
        Files.copy(library, copy);
        System.load(copy.toString());
      } catch (UnsatisfiedLinkError e) {
        throw explained(e, directory);
      } finally {
        Files.deleteIfExists(copy);
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      UnsatisfiedLinkError error =
          new UnsatisfiedLinkError(
              "cannot extract Tern's BPF library to "
                  + System.getProperty("java.io.tmpdir")
                  + ": "
                  + e.getMessage());
      error.initCause(e);
      throw error;
    }
  }

  private static UnsatisfiedLinkError explained(UnsatisfiedLinkError e, Path directory) {
    String message = String.valueOf(e.getMessage());
    String advice =
        message.contains("libbpf.so")
            ? "libbpf 1.0 or newer is missing: install it (Debian: apt-get install libbpf1)"
            : message.contains("failed to map segment")
                ? directory.getParent()
                    + " does not let programs run from it: name another directory with"
                    + " -Djava.io.tmpdir"
                : "cannot load Tern's BPF library";
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(advice + " (" + message + ")");
    error.initCause(e);
    return error;
  }
}
