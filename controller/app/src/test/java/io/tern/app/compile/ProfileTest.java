package io.tern.app.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.p4.contract.TernSources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What a profile is, as an object and as a file. */
class ProfileTest {
  static final Iterable<Profile> BUILT_IN = Profile.builtIn();

  @TempDir private Path directory;

  @Test
  void theDefaultProfileDefinesNothing() {
    assertThat(Profile.DEFAULT.isDefault()).isTrue();
    assertThat(Profile.DEFAULT.features()).containsExactly(Feature.values());
    assertThat(Profile.DEFAULT.topLevel()).doesNotContain("#define");
  }

  @Test
  void theTopLevelFileDefinesWhatDiffersAndIncludesTheProgram() throws Exception {
    Profile profile =
        Profile.of(
            "edge",
            EnumSet.complementOf(EnumSet.of(Feature.IPV6, Feature.FOUR_PASS)),
            Map.of(SizedTable.SERVER_ID, 4096, SizedTable.STATE, 1024));

    assertThat(profile.isDefault()).isFalse();
    assertThat(profile.topLevel())
        .isEqualTo(
            """
            // Written by `tern compile`: profile edge.

            #define WITH_IPV6 0
            #define WITH_FOUR_PASS 0
            #define SERVER_ID_SIZE 4096
            #define STATE_SIZE 1024

            #include "tern.p4"
            """);
  }

  @ParameterizedTest
  @EnumSource(Feature.class)
  void everyFeatureIsAFlagOfTheSources(Feature feature) {
    assertThat(source("src/features.p4")).contains("#ifndef " + feature.macro() + "\n");
  }

  @ParameterizedTest
  @EnumSource(SizedTable.class)
  void everySizeIsOneOfTheSources(SizedTable table) {
    assertThat(source("src/sizes.p4")).contains("#ifndef " + table.macro() + "\n");
  }

  @Test
  void theSourcesHaveNoOtherFlagsAndSizes() {
    assertThat(source("src/features.p4").split("#ifndef WITH_", -1))
        .hasSize(Feature.values().length + 1);
    assertThat(source("src/sizes.p4").split("#ifndef \\w+_SIZE\n", -1))
        .hasSize(SizedTable.values().length + 1);
  }

  @ParameterizedTest
  @FieldSource("BUILT_IN")
  void aProfileIsTheSameAfterAFile(Profile profile) throws Exception {
    Profile again = ProfileFile.parse(profile.toText(), "other");

    assertThat(again.name()).isEqualTo(profile.name());
    assertThat(again.features()).isEqualTo(profile.features());
    assertThat(again.sizes()).isEqualTo(profile.sizes());
  }

  @Test
  void aFileSaysWhatDiffersFromTheDefault() throws Exception {
    Path file = directory.resolve("Rack-Switch.properties");
    Files.writeString(
        file,
        """
        # Comments are for people.
        address-families = ipv6
        modes = IPIP, l2
        state = false
        size.cid-config = 14
        """);

    Profile profile = ProfileFile.read(file);

    assertThat(profile.name()).isEqualTo("rack-switch");
    assertThat(profile.features())
        .isEqualTo(Set.of(Feature.IPV6, Feature.SINGLE_PASS, Feature.FOUR_PASS, Feature.IPIP));
    assertThat(profile.sizes()).isEqualTo(Map.of(SizedTable.CID_CONFIG, 14));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          address-families =        | address-families: none: a profile has at least one of ipv4, ipv6
          address-families = ipv5   | address-families: unknown 'ipv5': expected some of ipv4, ipv6
          algorithms = aes          | algorithms: unknown 'aes': expected some of plaintext, single-pass, four-pass
          modes = l2,               | modes: unknown '': expected some of l2, ipip, gue, nat
          state = yes               | state: 'yes': expected true or false
          algorithm = plaintext     | unknown key 'algorithm': expected name, address-families, algorithms, modes, state or size.TABLE
          size.vip = many           | size.vip: 'many': expected a whole number
          size.vip = 0              | size of vip: 0 is out of range: expected 1 to 16777216
          size.cid-config = 458753  | size of cid-config: 458753 is out of range: expected 1 to 458752
          size.pool = 65537         | size of pool: 65537 is out of range: expected 1 to 65536
          size.state = 1000         | size of state: 1000 is no power of two: the low bits of a hash choose the cell; near it are 512 and 1024
          size.vips = 1             | size: unknown table 'vips': expected one of vip, cid-config, server-id, fallback, backend, replica, return-path, echo, l2, state, pool
          state=false\\nsize.state=8 | size of state: the profile leaves it out; it comes with state (state)
          modes=l2\\nsize.return-path=8 | size of return-path: the profile leaves it out; it comes with nat (modes)
          state = true\\nstate = true | key 'state' is there twice
          name = Edge               | name 'Edge': expected at most 40 lower-case letters, digits and hyphens, a letter first
          modes = \\uXY              | no properties file: Malformed \\uxxxx encoding.
          """)
  void whatIsNoProfileIsRefusedWithTheReason(String text, String message) throws Exception {
    Path file = directory.resolve("p.properties");
    Files.writeString(file, text.replace("\\n", "\n"));

    assertThatThrownBy(() -> ProfileFile.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessage(file + ": " + message);
  }

  @Test
  void aFileThatIsMuchTooLargeIsNoProfile() throws Exception {
    Path file = directory.resolve("p.properties");
    Files.writeString(file, "#".repeat(65_537));

    assertThatThrownBy(() -> ProfileFile.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessage(file + ": no profile: more than 65536 octets");
  }

  private static String source(String file) {
    return new String(TernSources.files().get(file), StandardCharsets.UTF_8);
  }
}
