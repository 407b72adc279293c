package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A variant of the P4 program: what it has, and how large its tables are. Immutable.
 *
 * <p>Every profile that can be constructed compiles. Its tables, actions and IDs are those of the
 * contract, less what it leaves out.
 */
final class Profile {
  /** The profile of the committed artefacts: everything, at the sizes of {@code sizes.p4}. */
  static final Profile DEFAULT = builtIn("default", EnumSet.allOf(Feature.class));

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  private static final List<Profile> BUILT_IN =
      List.of(
          DEFAULT,
          without("clear-text", Feature.SINGLE_PASS, Feature.FOUR_PASS),
          without("ipv4-only", Feature.IPV6),
          without("ipv6-only", Feature.IPV4),
          without("l2-dsr", Feature.IPIP, Feature.GUE, Feature.NAT),
          without("no-state", Feature.STATE),
          builtIn("core", EnumSet.of(Feature.IPV4, Feature.IPV6)));

  private final String name;
  private final Set<Feature> features;
  private final Map<SizedTable, Integer> sizes;

  private Profile(String name, Set<Feature> features, Map<SizedTable, Integer> sizes) {
    this.name = requireNonNull(name, "name");
    this.features =
        Collections.unmodifiableSet(
            features.isEmpty() ? EnumSet.noneOf(Feature.class) : EnumSet.copyOf(features));
    Map<SizedTable, Integer> copy = new EnumMap<>(SizedTable.class);
    copy.putAll(sizes);
    this.sizes = Collections.unmodifiableMap(copy);
  }

  /**
   * A profile.
   *
   * @param name lower-case letters, digits and hyphens, a letter first; at most 40
   * @param features what it has
   * @param sizes of what is not to have its usual size
   * @throws ProfileException if it has no address family, a size is out of range or is of something
   *     that is left out, or the name is none
   */
  static Profile of(String name, Set<Feature> features, Map<SizedTable, Integer> sizes)
      throws ProfileException {
    if (!NAME.matcher(name).matches()) {
      throw new ProfileException(
          "name '"
              + name
              + "': expected at most 40 lower-case letters, digits and hyphens, a letter first");
    }
    if (Collections.disjoint(features, Feature.Group.ADDRESS_FAMILIES.features())) {
      throw new ProfileException(
          "address-families: none: a profile has at least one of "
              + String.join(", ", Feature.Group.ADDRESS_FAMILIES.words()));
    }
    for (Map.Entry<SizedTable, Integer> size : sizes.entrySet()) {
      size.getKey().check(size.getValue());
    }
    requirePart(features, sizes, SizedTable.STATE, Feature.STATE);
    requirePart(features, sizes, SizedTable.RETURN_PATH, Feature.NAT);
    return new Profile(name, features, sizes);
  }

  private static void requirePart(
      Set<Feature> features, Map<SizedTable, Integer> sizes, SizedTable table, Feature feature)
      throws ProfileException {
    if (sizes.containsKey(table) && !features.contains(feature)) {
      throw new ProfileException(
          "size of "
              + table.word()
              + ": the profile leaves it out; it comes with "
              + feature.word()
              + " ("
              + feature.group().key()
              + ")");
    }
  }

  /** The profiles that have a name of their own; the default one first. */
  static List<Profile> builtIn() {
    return BUILT_IN;
  }

  private static Profile builtIn(String name, Set<Feature> features) {
    return new Profile(name, features, Map.of());
  }

  private static Profile without(String name, Feature first, Feature... rest) {
    return builtIn(name, EnumSet.complementOf(EnumSet.of(first, rest)));
  }

  String name() {
    return name;
  }

  Set<Feature> features() {
    return features;
  }

  Map<SizedTable, Integer> sizes() {
    return sizes;
  }

  /** Whether its program is the committed one. */
  boolean isDefault() {
    return features.equals(DEFAULT.features) && sizes.isEmpty();
  }

  /** The top-level P4 file: defines what differs from the default and includes {@code tern.p4}. */
  String topLevel() {
    StringBuilder p4 = new StringBuilder("// Written by `tern compile`: profile " + name + ".\n\n");
    for (Feature feature : Feature.values()) {
      if (!features.contains(feature)) {
        p4.append("#define ").append(feature.macro()).append(" 0\n");
      }
    }
    sizes.forEach(
        (table, size) ->
            p4.append("#define ").append(table.macro()).append(' ').append(size).append('\n'));
    return p4.append("\n#include \"tern.p4\"\n").toString();
  }

  /** As a file that {@link ProfileFile} reads. */
  String toText() {
    StringBuilder text = new StringBuilder("# Profile of Tern's P4 program.\n");
    line(text, "name", name);
    for (Feature.Group group :
        List.of(Feature.Group.ADDRESS_FAMILIES, Feature.Group.ALGORITHMS, Feature.Group.MODES)) {
      line(text, group.key(), list(group));
    }
    line(text, Feature.Group.STATE.key(), Boolean.toString(features.contains(Feature.STATE)));
    sizes.forEach((table, size) -> line(text, "size." + table.word(), Integer.toString(size)));
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append(" = ").append(value).append('\n');
  }

  /** What it has of a group, in words; with what every profile has. */
  String list(Feature.Group group) {
    String listed =
        group.features().stream()
            .filter(features::contains)
            .map(Feature::word)
            .collect(Collectors.joining(", "));
    return group.always().isEmpty()
        ? listed
        : group.always() + (listed.isEmpty() ? "" : ", " + listed);
  }

  @Override
  public String toString() {
    return name;
  }
}
