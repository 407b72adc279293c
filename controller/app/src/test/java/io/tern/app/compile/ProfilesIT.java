package io.tern.app.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.TextFormat;
import io.tern.app.compile.BundleWriter.Written;
import io.tern.app.rotation.EmbeddedPackets;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.harness.Conformance;
import io.tern.p4.conformance.harness.DeviceProgram;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.conformance.harness.Suite;
import io.tern.p4.conformance.harness.Suite.Verdict;
import io.tern.p4.contract.TernPipeline;
import io.tern.p4.contract.TernSources;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.southbound.session.PipelineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What p4c makes of profiles, where it is installed, and what becomes of frames in it: the embedded
 * switch plays the conformance rows with each program. All of them with those that differ most, a
 * part with the others; {@code -Dtern.profiles.every=1} plays all with each.
 */
class ProfilesIT {
  private static final P4Info WHOLE = PipelineConfig.ofContract().p4Info();

  /** Tables, actions and registers that go with a feature. */
  private static final Map<Feature, Set<String>> PARTS =
      Map.of(
          Feature.IPV4,
          Set.of("vip_v4", "return_path_v4", "echo_v4", "nat_v4", "replicate_nat_v4", "un_nat_v4"),
          Feature.IPV6,
          Set.of("vip_v6", "return_path_v6", "echo_v6", "nat_v6", "replicate_nat_v6", "un_nat_v6"),
          Feature.SINGLE_PASS,
          Set.of("decode_single_pass"),
          Feature.FOUR_PASS,
          Set.of("decode_four_pass"),
          Feature.IPIP,
          Set.of("tunnel_ipip_v4", "tunnel_ipip_v6", "replicate_ipip_v4", "replicate_ipip_v6"),
          Feature.GUE,
          Set.of("tunnel_gue_v4", "tunnel_gue_v6", "replicate_gue_v4", "replicate_gue_v6"),
          Feature.NAT,
          Set.of(
              "nat_v4",
              "nat_v6",
              "replicate_nat_v4",
              "replicate_nat_v6",
              "return_path_v4",
              "return_path_v6",
              "un_nat_v4",
              "un_nat_v6"),
          Feature.STATE,
          Set.of(
              "set_pool_stateful",
              "serving_backend",
              "still_serves",
              "known_dcids",
              "known_tuples"));

  /** Of a profile that is not in {@link #WHOLE_SUITE}, one row of so many is played. */
  private static final int EVERY = Integer.getInteger("tern.profiles.every", 8);

  /** Profiles with which every row is played. */
  private static final Set<String> WHOLE_SUITE = Set.of("without-ipv4", "without-ipv6", "core");

  /** How many of the rows that are played have to apply, and pass, at least. */
  private static final Map<String, Integer> LEAST_PER_CENT =
      Map.ofEntries(
          Map.entry("without-ipv4", 42),
          Map.entry("without-ipv6", 50),
          Map.entry("without-single-pass", 90),
          Map.entry("without-four-pass", 90),
          Map.entry("without-ipip", 80),
          Map.entry("without-gue", 85),
          Map.entry("without-nat", 85),
          Map.entry("without-state", 90),
          Map.entry("smallest-v4", 25),
          Map.entry("smallest-v6", 33),
          Map.entry("nat-alone", 35),
          Map.entry("gue-alone", 25),
          Map.entry("core", 70));

  private static final Pattern CONSTANT = Pattern.compile("'[A-Z][A-Z0-9_]+' is unused");

  private static P4Compiler compiler;

  @TempDir private Path directory;

  @BeforeAll
  static void findCompiler() throws Exception {
    try {
      compiler = P4Compiler.find(P4Compiler.COMMAND, Duration.ofMinutes(8));
    } catch (CompilerException e) {
      System.out.println("profiles: NOT compiled: p4c-bm2-ss is not on PATH");
    }
    assumeTrue(compiler != null, "p4c-bm2-ss is on PATH");
  }

  /** Each feature off alone (so each family alone), the smallest ones, and those with a name. */
  static Stream<Profile> profiles() throws Exception {
    List<Profile> profiles = new ArrayList<>();
    for (Feature off : Feature.values()) {
      profiles.add(
          Profile.of("without-" + off.word(), EnumSet.complementOf(EnumSet.of(off)), Map.of()));
    }
    profiles.add(Profile.of("smallest-v4", EnumSet.of(Feature.IPV4), Map.of()));
    profiles.add(
        Profile.of("smallest-v6", EnumSet.of(Feature.IPV6), Map.of(SizedTable.SERVER_ID, 16)));
    profiles.add(Profile.of("nat-alone", EnumSet.of(Feature.IPV6, Feature.NAT), Map.of()));
    profiles.add(
        Profile.of(
            "gue-alone",
            EnumSet.of(Feature.IPV4, Feature.GUE, Feature.STATE),
            Map.of(SizedTable.STATE, 256)));
    profiles.addAll(Profile.builtIn().stream().filter(p -> p.name().equals("core")).toList());
    return profiles.stream();
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void aProfileHasTheContractLessWhatItLeavesOut(Profile profile) throws Exception {
    Written written = new BundleWriter(compiler).write(profile, directory.resolve("b"));
    Bundle bundle = written.bundle();

    Set<String> expected = names(WHOLE);
    PARTS.forEach(
        (feature, parts) -> {
          if (!profile.features().contains(feature)) {
            expected.removeAll(parts);
          }
        });
    assertThat(names(bundle.pipeline().p4Info())).isEqualTo(expected);
    assertThat(bundle.pipeline().cookie()).isNotEqualTo(TernPipeline.cookie());
    profile
        .sizes()
        .forEach(
            (table, size) ->
                assertThat(bundle.pipeline().p4Info().toString()).contains("size: " + size + "\n"));
    assertThat(written.compilation().warnings())
        .as("what a profile leaves out leaves nothing behind but constants of protocols")
        .allMatch(warning -> CONSTANT.matcher(warning).find());
    System.out.println("profiles: compiled " + profile + " " + profile.features());

    playRows(profile, bundle.pipeline());
  }

  private static void playRows(Profile profile, PipelineConfig pipeline) throws IOException {
    int every = WHOLE_SUITE.contains(profile.name()) ? 1 : EVERY;
    DeviceProgram program = new DeviceProgram(pipeline.p4Info());
    List<Row> rows = oneOf(every, Fixtures.rows());
    List<Row> unparsed = oneOf(EVERY, UnparsedFamily.rows(program));
    long began = System.nanoTime();
    Map<Verdict, Integer> played = new EnumMap<>(Verdict.class);
    List<String> failed = new ArrayList<>();
    List<String> notLeftAlone = new ArrayList<>();
    try (EmbeddedPackets target = new EmbeddedPackets(List.of(0, 1, 2, 3, 4));
        P4RuntimeClient client = new P4RuntimeClient(target.p4Runtime(), target.deviceId())) {
      ForwardingPipelineConfig config = pipeline.toProto();
      client.load(
          TextFormat.printer().printToString(config.getP4Info()),
          config.getP4DeviceConfig().toByteArray(),
          pipeline.cookie());
      Conformance conformance = new Conformance(target, client);
      Suite suite = new Suite(target, program, conformance);
      for (Row row : rows) {
        Suite.Result result = suite.run(row);
        played.merge(result.verdict(), 1, Integer::sum);
        if (result.verdict() == Verdict.FAILED) {
          failed.add(row.description() + ": " + result.details());
        }
      }
      for (Row row : unparsed) {
        List<String> differences = conformance.differencesFrom(row);
        if (!differences.isEmpty()) {
          notLeftAlone.add(row.description() + ": " + differences);
        }
      }
    }
    int passed = played.getOrDefault(Verdict.PASSED, 0);
    System.out.printf(
        "profiles: %s: of %,d rows %,d passed, %,d failed, %,d are not applicable; "
            + "of %,d frames of a family that is left out %,d pass by l2; %d s%n",
        profile,
        rows.size(),
        passed,
        failed.size(),
        played.getOrDefault(Verdict.NOT_APPLICABLE, 0),
        unparsed.size(),
        unparsed.size() - notLeftAlone.size(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    assertThat(failed).as("rows that fail with %s", profile).isEmpty();
    assertThat(notLeftAlone).as("frames of a family that %s leaves out", profile).isEmpty();
    assertThat(passed)
        .as("rows that pass with %s", profile)
        .isGreaterThanOrEqualTo(rows.size() * LEAST_PER_CENT.get(profile.name()) / 100);
    boolean oneFamily =
        profile.features().contains(Feature.IPV4) != profile.features().contains(Feature.IPV6);
    assertThat(unparsed)
        .as("frames of the other family")
        .hasSizeGreaterThanOrEqualTo(oneFamily ? 100 : 0);
  }

  private static List<Row> oneOf(int every, List<Row> rows) {
    return IntStream.range(0, rows.size()).filter(i -> i % every == 0).mapToObj(rows::get).toList();
  }

  @Test
  void theDefaultProfileIsTheCommittedBundleOctetForOctet() throws Exception {
    boolean same = compiler.version().equals(TernSources.compilerVersion());
    if (!same) {
      System.out.println(
          "profiles: default NOT compared: the committed artefacts are of p4c-bm2-ss "
              + TernSources.compilerVersion()
              + ", on PATH is "
              + compiler.version());
    }
    assumeTrue(same, "p4c-bm2-ss is the one of the committed artefacts");

    Written written = new BundleWriter(compiler).write(Profile.DEFAULT, directory.resolve("b"));

    assertThat(written.compilation().warnings()).isEmpty();

    assertThat(directory.resolve("b/tern.json")).hasBinaryContent(TernPipeline.bmv2Json());
    assertThat(Files.readString(directory.resolve("b/tern.p4info.txtpb")))
        .isEqualTo(TernPipeline.p4InfoText());
    System.out.println("profiles: default compared: it is the committed bundle, octet for octet");
  }

  private static Set<String> names(P4Info p4Info) {
    Set<String> names = new TreeSet<>();
    p4Info.getTablesList().forEach(table -> names.add(table.getPreamble().getAlias()));
    p4Info.getActionsList().forEach(action -> names.add(action.getPreamble().getAlias()));
    p4Info.getRegistersList().forEach(register -> names.add(register.getPreamble().getAlias()));
    return names;
  }
}
