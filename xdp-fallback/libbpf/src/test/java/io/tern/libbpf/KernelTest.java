package io.tern.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What tests with a real kernel share: they need root, and leave nothing open or pinned. */
abstract class KernelTest {
  private static final Path BPFFS = Path.of("/sys/fs/bpf");

  private Path pins;
  private long lostBefore;

  @BeforeAll
  static void requireRoot() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    if (!root) {
      System.out.println("NOT RUN: tests of BPF in the kernel, because they need root");
    }
    assumeTrue(root, "BPF needs root");
  }

  @BeforeEach
  void rememberWhatIsOpen() {
    assertThat(OpenResources.list()).isEmpty();
    lostBefore = OpenResources.lost();
  }

  @AfterEach
  void nothingIsOpenOrPinned() throws IOException {
    assertThat(OpenResources.list()).isEmpty();
    assertThat(OpenResources.lost()).isEqualTo(lostBefore);
    if (pins != null) {
      try (Stream<Path> files = Files.list(pins)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(pins);
    }
  }

  /** A directory of the test's own where things can be pinned. */
  Path pinDirectory() throws IOException {
    boolean mounted = Files.getFileStore(BPFFS).type().equals("bpf");
    if (!mounted) {
      System.out.println(
          "NOT RUN: tests of pinned BPF objects, because they need a BPF file system at "
              + BPFFS
              + " (mount -t bpf bpf "
              + BPFFS
              + ")");
    }
    assumeTrue(mounted, "no BPF file system at " + BPFFS);
    pins = BPFFS.resolve("tern-libbpf-test-" + ProcessHandle.current().pid());
    Files.createDirectory(pins);
    return pins;
  }

  /** The tests' own program, loaded but for the one that the verifier refuses. */
  static BpfObject loaded() {
    BpfObject object = opened();
    try {
      object.setAutoload("reads_too_far", false);
      object.load();
      return object;
    } catch (RuntimeException e) {
      object.close();
      throw e;
    }
  }

  static BpfObject opened() {
    try (InputStream elf = KernelTest.class.getResourceAsStream("frames.bpf.o")) {
      return BpfObject.open("frames", elf.readAllBytes());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
