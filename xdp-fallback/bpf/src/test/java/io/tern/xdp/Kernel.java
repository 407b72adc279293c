package io.tern.xdp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.libbpf.BpfObject;
import io.tern.libbpf.Libbpf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kernel that the tests load programs into. */
final class Kernel {
  private Kernel() {}

  /** Skips the test, and says so, where BPF programs cannot be loaded. */
  static void require() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    if (!root) {
      System.out.println("NOT RUN: tests of BPF programs in the kernel, because they need root");
    }
    assumeTrue(root, "BPF needs root");
  }

  /** The program as the build has compiled it, with its maps, in the kernel. */
  static BpfObject load(byte[] elf) {
    BpfObject object = BpfObject.open("tern_xdp", elf);
    try {
      object.setMaxEntries("cpu_memos", Libbpf.possibleCpus());
      object.setMaxEntries("memos", Libbpf.possibleCpus());
      object.load();
      return object;
    } catch (RuntimeException e) {
      object.close();
      throw e;
    }
  }

  /**
   * Names of the compilers on PATH that the program promises to be good for: clang 14 and later.
   */
  static List<String> compilers() {
    List<String> compilers = new ArrayList<>();
    for (int version = 14; version < 40; version++) {
      for (String directory : System.getenv("PATH").split(":", -1)) {
        if (Files.isExecutable(Path.of(directory, "clang-" + version))) {
          compilers.add("clang-" + version);
          break;
        }
      }
    }
    if (compilers.isEmpty()) {
      compilers.add("clang");
    }
    return compilers;
  }
}
