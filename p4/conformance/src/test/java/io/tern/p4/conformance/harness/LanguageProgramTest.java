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
      String expected = line.substring(0, 64);
      String name = line.substring(line.indexOf("./") + 2);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(LanguageProgram.resource(name));
      assertThat(HexFormat.of().formatHex(digest))
          .as("%s: run resources/language/compile", name)
          .isEqualTo(expected);
    }
  }
}
