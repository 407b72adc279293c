package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * A profile as a Java properties file:
 *
 * <pre>
 * # Clear-text CIDs over IPv4 on a small switch
 * address-families = ipv4
 * algorithms = plaintext
 * modes = l2, ipip
 * state = false
 * size.server-id = 4096
 * </pre>
 *
 * <p>What is not said is as in the default profile; {@code name} is by default the file's.
 */
final class ProfileFile {
  private static final String SIZE = "size.";
  private static final int MAX_OCTETS = 65_536;

  private ProfileFile() {}

  /**
   * Reads a profile.
   *
   * @throws ProfileException if it is none; names the file
   * @throws IOException if the file cannot be read
   */
  static Profile read(Path file) throws ProfileException, IOException {
    byte[] octets;
    try (var in = Files.newInputStream(file)) {
      octets = in.readNBytes(MAX_OCTETS + 1);
    }
    if (octets.length > MAX_OCTETS) {
      throw new ProfileException(file + ": no profile: more than " + MAX_OCTETS + " octets");
    }
    Path fileName = requireNonNull(file.getFileName(), "a file that can be read has a name");
    String name = fileName.toString().toLowerCase(Locale.ROOT).replaceFirst("\\.[^.]*$", "");
    try {
      return parse(new String(octets, StandardCharsets.UTF_8), name);
    } catch (ProfileException e) {
      throw new ProfileException(file + ": " + e.getMessage());
    }
  }

  /**
   * Parses a profile.
   *
   * @param text properties
   * @param defaultName if the text gives none
   * @throws ProfileException if a key is unknown or twice, or a value is not what it should be
   */
  static Profile parse(String text, String defaultName) throws ProfileException {
    String name = defaultName;
    Set<Feature> features = EnumSet.copyOf(Profile.DEFAULT.features());
    Map<SizedTable, Integer> sizes = new EnumMap<>(SizedTable.class);
    for (Map.Entry<String, String> entry : entries(text).entrySet()) {
      String key = entry.getKey();
      String value = entry.getValue().strip();
      if (key.equals("name")) {
        name = value;
      } else if (key.equals(Feature.Group.STATE.key())) {
        choose(features, Feature.Group.STATE, state(value));
      } else if (key.startsWith(SIZE)) {
        sizes.put(SizedTable.parse(key.substring(SIZE.length())), number(key, value));
      } else {
        Feature.Group group = group(key);
        choose(features, group, group.parse(items(value)));
      }
    }
    return Profile.of(name, features, sizes);
  }

  private static void choose(Set<Feature> features, Feature.Group group, Set<Feature> chosen) {
    features.removeAll(group.features());
    features.addAll(chosen);
  }

  private static List<String> items(String value) {
    return value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1));
  }

  private static Set<Feature> state(String value) throws ProfileException {
    return switch (value) {
      case "true" -> EnumSet.of(Feature.STATE);
      case "false" -> EnumSet.noneOf(Feature.class);
      default -> throw new ProfileException("state: '" + value + "': expected true or false");
    };
  }

  private static int number(String key, String value) throws ProfileException {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new ProfileException(key + ": '" + value + "': expected a whole number");
    }
  }

  private static Feature.Group group(String key) throws ProfileException {
    for (Feature.Group group : Feature.Group.values()) {
      if (group.key().equals(key)) {
        return group;
      }
    }
    throw new ProfileException(
        "unknown key '"
            + key
            + "': expected name, address-families, algorithms, modes, state or size.TABLE");
  }

  private static Map<String, String> entries(String text) throws ProfileException {
    InOrder properties = new InOrder();
    try (Reader reader = new StringReader(text)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new ProfileException("no properties file: " + e.getMessage());
    } catch (IOException e) {
      throw new IllegalStateException("a string can be read", e);
    }
    if (properties.twice != null) {
      throw new ProfileException("key '" + properties.twice + "' is there twice");
    }
    return properties.entries;
  }

  /** Properties keep the last of several values without a word. */
  private static final class InOrder extends Properties {
    private static final long serialVersionUID = 1;

    private final transient Map<String, String> entries = new LinkedHashMap<>();
    private transient String twice;

    @Override
    public synchronized Object put(Object key, Object value) {
      if (entries.put((String) key, (String) value) != null) {
        twice = (String) key;
      }
      return super.put(key, value);
    }
  }
}
