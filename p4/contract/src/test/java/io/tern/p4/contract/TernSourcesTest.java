package io.tern.p4.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TernSourcesTest {
  private static final Path P4 = Path.of("..").toAbsolutePath().normalize();

  @Test
  void everySourceFileIsShippedAsItIs() throws Exception {
    List<String> expected;
    try (Stream<Path> sources = Files.list(P4.resolve("src"))) {
      expected = sources.map(source -> "src/" + source.getFileName()).sorted().toList();
    }

    assertThat(TernSources.files().keySet())
        .containsExactlyElementsOf(expected)
        .contains(TernSources.PROGRAM);
    for (String file : expected) {
      assertThat(TernSources.files().get(file))
          .as(file)
          .isEqualTo(Files.readAllBytes(P4.resolve(file)));
    }
  }

  @Test
  void theCompilersOptionsNameNoFiles() {
    assertThat(TernSources.compilerOptions())
        .startsWith("--std", "p4-16")
        .allSatisfy(option -> assertThat(option).doesNotContainAnyWhitespaces())
        .doesNotContain("-o", "--p4runtime-files");
  }

  @Test
  void theCommittedArtefactsSayWhichCompilerMadeThem() {
    assertThat(TernSources.compilerVersion()).matches("\\d+(\\.\\d+)+");
  }
}
