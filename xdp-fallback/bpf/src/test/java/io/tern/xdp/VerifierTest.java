package io.tern.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.libbpf.BpfObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The running kernel's verifier takes the program, whoever compiled it. */
class VerifierTest {
  @TempDir Path directory;

  static java.util.List<String> compilers() {
    return Kernel.compilers();
  }

  @BeforeAll
  static void requireKernel() throws IOException {
    Kernel.require();
  }

  @ParameterizedTest
  @MethodSource("compilers")
  void takesTheProgramOf(String compiler) throws Exception {
    Process compile =
        new ProcessBuilder("./compile", directory.toString(), compiler).inheritIO().start();
    assertThat(compile.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(compile.exitValue()).isZero();

    try (BpfObject object = Kernel.load(Files.readAllBytes(directory.resolve("tern_xdp.bpf.o")))) {
      assertThat(object.program("tern_xdp").info().name()).isEqualTo("tern_xdp");
    }
  }
}
