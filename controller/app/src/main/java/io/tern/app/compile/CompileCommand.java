package io.tern.app.compile;

import io.tern.app.compile.BundleWriter.Written;
import io.tern.proto.p4.config.v1.P4Info;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tern compile}: the P4 program with what a network needs of it. */
@Command(
    name = "compile",
    description = {
      "Compile the P4 program.",
      "A profile says which address families, CID algorithms and forwarding modes the program has,"
          + " and how large its tables are. The bundle that comes of it is what \"tern serve"
          + " --bundle\" gives to devices: BMv2 JSON, P4Info, the profile, the sources, and a"
          + " manifest with their SHA-256. The default profile is built in and needs no compiler."
    },
    sortOptions = false)
public final class CompileCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--profile",
      defaultValue = "default",
      paramLabel = "NAME|FILE",
      description =
          "A profile that Tern knows (--list-profiles), or a properties file with the keys"
              + " address-families, algorithms, modes, state, size.TABLE and name."
              + " Default: ${DEFAULT-VALUE}")
  private String profile;

  @Option(
      names = "--address-families",
      paramLabel = "LIST",
      description = "Of VIPs: ipv4, ipv6. This and the next ones change the profile.")
  private String addressFamilies;

  @Option(
      names = "--algorithms",
      paramLabel = "LIST",
      description = "Of CIDs: plaintext (always there), single-pass, four-pass.")
  private String algorithms;

  @Option(
      names = "--modes",
      paramLabel = "LIST",
      description = "How backends are reached: l2 (always there), ipip, gue, nat.")
  private String modes;

  @Option(
      names = "--state",
      negatable = true,
      description = "With, or without, the tables of unroutable DCIDs and of 4-tuples.")
  private Boolean state;

  @Option(
      names = "--size",
      paramLabel = "TABLE=N",
      description =
          "Entries of vip, cid-config, server-id, fallback, backend, replica, return-path, echo,"
              + " l2; cells of state (a power of two), pool. Repeatable.")
  private Map<String, String> sizes = Map.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Of the profile. Default: its own, or \"custom\" where options change it")
  private String name;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Directory of the bundle; an older bundle is replaced, unless the directory has something"
              + " else, too. Default: tern-NAME")
  private Path output;

  @Option(
      names = "--p4c",
      defaultValue = P4Compiler.COMMAND,
      paramLabel = "COMMAND",
      description = "The compiler. Default: ${DEFAULT-VALUE}, on PATH")
  private String p4c;

  @Option(
      names = "--timeout",
      defaultValue = "300",
      paramLabel = "SECONDS",
      description = "How long the compiler may take. Default: ${DEFAULT-VALUE}")
  private int timeout;

  @Option(names = "--stats", description = "Say what the profile costs.")
  private boolean stats;

  @Option(names = "--list-profiles", description = "List the profiles that Tern knows, and end.")
  private boolean listProfiles;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (listProfiles) {
      Profile.builtIn().forEach(known -> out.println(describe(known)));
      out.flush();
      return 0;
    }
    if (timeout < 1) {
      throw usage("--timeout " + timeout + ": expected at least 1 second");
    }
    Profile chosen = chosen();
    Path directory = output == null ? Path.of("tern-" + chosen.name()) : output;
    P4Compiler compiler = P4Compiler.find(p4c, Duration.ofSeconds(timeout));
    Written written = new BundleWriter(compiler).write(chosen, directory);
    out.println(
        "tern compile: profile "
            + chosen.name()
            + " by p4c-bm2-ss "
            + compiler.version()
            + ": "
            + directory);
    if (stats) {
      out.println(cost(written));
    }
    out.flush();
    return 0;
  }

  private Profile chosen() throws IOException {
    try {
      Profile base = base();
      Set<Feature> features = EnumSet.copyOf(base.features());
      change(features, Feature.Group.ADDRESS_FAMILIES, addressFamilies);
      change(features, Feature.Group.ALGORITHMS, algorithms);
      change(features, Feature.Group.MODES, modes);
      if (state != null) {
        features.remove(Feature.STATE);
        if (state) {
          features.add(Feature.STATE);
        }
      }
      Map<SizedTable, Integer> changedSizes = new EnumMap<>(SizedTable.class);
      changedSizes.putAll(base.sizes());
      for (Map.Entry<String, String> size : sizes.entrySet()) {
        changedSizes.put(SizedTable.parse(size.getKey()), number(size));
      }
      boolean same = features.equals(base.features()) && changedSizes.equals(base.sizes());
      String chosenName = name != null ? name : same ? base.name() : "custom";
      return Profile.of(chosenName, features, changedSizes);
    } catch (ProfileException e) {
      throw usage(e.getMessage());
    }
  }

  /** A name is looked for first: a file of the same name is ./name. */
  private Profile base() throws ProfileException, IOException {
    for (Profile known : Profile.builtIn()) {
      if (known.name().equals(profile)) {
        return known;
      }
    }
    Path file = Path.of(profile);
    if (!Files.isRegularFile(file)) {
      throw new ProfileException(
          "--profile '"
              + profile
              + "': no such file, and no profile that Tern knows: expected one of "
              + Profile.builtIn().stream().map(Profile::name).collect(Collectors.joining(", ")));
    }
    return ProfileFile.read(file);
  }

  private static void change(Set<Feature> features, Feature.Group group, String list)
      throws ProfileException {
    if (list != null) {
      Set<Feature> listed = group.parse(list.isBlank() ? List.of() : List.of(list.split(",", -1)));
      features.removeAll(group.features());
      features.addAll(listed);
    }
  }

  private static int number(Map.Entry<String, String> size) throws ProfileException {
    try {
      return Integer.parseInt(size.getValue().strip());
    } catch (NumberFormatException e) {
      throw new ProfileException(
          "size of " + size.getKey() + ": '" + size.getValue() + "': expected a whole number");
    }
  }

  private static String describe(Profile known) {
    return String.format(
        Locale.ROOT,
        "%-12s %s; %s; %s; state %s",
        known.name(),
        known.list(Feature.Group.ADDRESS_FAMILIES),
        known.list(Feature.Group.ALGORITHMS),
        known.list(Feature.Group.MODES),
        known.features().contains(Feature.STATE) ? "true" : "false");
  }

  private static String cost(Written written) {
    P4Info p4Info = written.bundle().pipeline().p4Info();
    return String.format(
        Locale.ROOT,
        "program %,d octets, p4c %.1f s, %d tables, %d actions, %d registers",
        written.programOctets(),
        written.compilation().taken().toMillis() / 1000.0,
        p4Info.getTablesCount(),
        p4Info.getActionsCount(),
        p4Info.getRegistersCount());
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
