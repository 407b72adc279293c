package io.tern.app.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.p4.contract.TernPipeline;
import io.tern.southbound.session.PipelineConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bundle is used only if it is what was compiled, and if the controller can drive it. */
class BundleTest {
  @TempDir private Path directory;

  @BeforeEach
  void bundleOfTheContract() throws Exception {
    write(TernPipeline.p4InfoText());
  }

  private void write(String p4Info) throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("tern.json", TernPipeline.bmv2Json());
    files.put("tern.p4info.txtpb", p4Info.getBytes(StandardCharsets.UTF_8));
    files.put("profile.properties", Profile.DEFAULT.toText().getBytes(StandardCharsets.UTF_8));
    files.put("src/tern.p4", "// the program\n".getBytes(StandardCharsets.UTF_8));
    Files.createDirectories(directory.resolve("src"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    Files.write(
        directory.resolve("manifest.sha256"), BundleManifest.of("1.2.5.16", files).toOctets());
  }

  @Test
  void devicesAreGivenWhatIsInItUnderTheCookieOfItsContent() throws Exception {
    Bundle bundle = Bundle.read(directory);

    assertThat(bundle.name()).isEqualTo("default");
    assertThat(bundle.profile().isDefault()).isTrue();
    assertThat(bundle.manifest().compilerVersion()).isEqualTo("1.2.5.16");
    assertThat(bundle.pipeline().toProto()).isEqualTo(PipelineConfig.ofContract().toProto());
    assertThat(bundle.pipeline().cookie()).isEqualTo(TernPipeline.cookie());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tern.json", "tern.p4info.txtpb", "profile.properties", "src/tern.p4"})
  void aFileThatChangedIsNamed(String file) throws Exception {
    byte[] content = Files.readAllBytes(directory.resolve(file));
    content[content.length - 1] ^= 1;
    Files.write(directory.resolve(file), content);

    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith(
            "bundle "
                + directory
                + ": "
                + file
                + " is not the file that was compiled: its SHA-256 is "
                + BundleManifest.sha256(content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tern.json", "src/tern.p4"})
  void aFileThatIsMissingIsNamed(String file) throws Exception {
    Files.delete(directory.resolve(file));

    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessage("bundle " + directory + ": " + file + " is missing");
  }

  @Test
  void aDirectoryWithoutManifestIsNoBundle() throws Exception {
    Files.delete(directory.resolve("manifest.sha256"));

    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "bundle "
                + directory
                + ": manifest.sha256 is missing: expected a directory that \"tern compile\" wrote");
  }

  @Test
  void aManifestThatDoesNotListTheProgramIsRefused() throws Exception {
    rewriteManifest("(?m)^.* tern\\.json\n", "");

    assertRefused("tern.json is not in manifest.sha256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../tern.json", "/tern.json", "src/../tern.json", "src//tern.p4", ".x"})
  void aManifestCannotNameFilesOutsideOfTheBundle(String path) throws Exception {
    rewriteManifest(" tern\\.json\n", " " + path + "\n");

    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("manifest.sha256, line ")
        .hasMessageContaining("expected the SHA-256 of a file");
  }

  @Test
  void aManifestOfSomethingElseIsRefused() throws Exception {
    rewriteManifest("Written by tern compile", "Written by hand");

    assertRefused(
        "manifest.sha256, line 1: expected '# Written by tern compile with p4c-bm2-ss VERSION'");
  }

  @Test
  void anEmptyManifestIsRefused() throws Exception {
    Files.writeString(directory.resolve("manifest.sha256"), "");

    assertRefused("manifest.sha256 is empty");
  }

  @Test
  void aFileMayBeListedOnce() throws Exception {
    String manifest = Files.readString(directory.resolve("manifest.sha256"));
    Files.writeString(
        directory.resolve("manifest.sha256"),
        manifest + manifest.substring(manifest.lastIndexOf('\n', manifest.length() - 2) + 1));

    assertRefused("manifest.sha256, line 6: tern.p4info.txtpb is there twice");
  }

  @Test
  void aP4InfoThatIsNoneIsRefused() throws Exception {
    write("tables {");

    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("tern.p4info.txtpb: P4Info is malformed");
  }

  @Test
  void aProgramWithoutTheCoreIsRefused() throws Exception {
    write("");

    assertRefused(
        "tern.p4info.txtpb: the program has no table cid_config; compile it with this version of"
            + " Tern");
  }

  @Test
  void aProgramOfAnotherContractIsRefused() throws Exception {
    write(TernPipeline.p4InfoText().replace("\"min_cid_length\"", "\"cid_length\""));

    assertRefused(
        "tern.p4info.txtpb: the program has another action TernIngress.cid.decode_plaintext than"
            + " the contract; compile it with this version of Tern");
  }

  @Test
  void aTableThatTheContractDoesNotKnowIsRefused() throws Exception {
    write(
        TernPipeline.p4InfoText()
            + "tables { preamble { id: 33554687 name: \"MyIngress.acl\" alias: \"acl\" } }\n");

    assertRefused(
        "tern.p4info.txtpb: the program has table MyIngress.acl, which the contract does not know;"
            + " compile it with this version of Tern");
  }

  @Test
  void sizesAreTheProfilesAffair() throws Exception {
    write(TernPipeline.p4InfoText().replace("size: 8192", "size: 14"));

    assertThat(Bundle.read(directory).pipeline().cookie()).isNotEqualTo(TernPipeline.cookie());
  }

  private void rewriteManifest(String regex, String replacement) throws Exception {
    Path manifest = directory.resolve("manifest.sha256");
    Files.writeString(manifest, Files.readString(manifest).replaceAll(regex, replacement));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Bundle.read(directory))
        .isInstanceOf(BundleException.class)
        .hasMessage("bundle " + directory + ": " + message);
  }
}
