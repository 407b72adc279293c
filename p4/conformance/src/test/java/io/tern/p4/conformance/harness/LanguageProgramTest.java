package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class LanguageProgramTest {

  @Test
  void compiledProgramsAreThoseOfTheirSources() throws Exception {
    String manifest =
        new String(LanguageProgram.resource("manifest.sha256"), StandardCharsets.UTF_8);

    assertThat(manifest.lines()).hasSize(4 * 3);
    for (String line : manifest.lines().toList()) {
      String[] digestAndName = line.split(" +\\./");
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(LanguageProgram.resource(digestAndName[1]));
      assertThat(HexFormat.of().formatHex(digest))
          .as("%s: run resources/language/compile", digestAndName[1])
          .isEqualTo(digestAndName[0]);
    }
  }
}
