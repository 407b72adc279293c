package io.tern.app.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a profile can have or leave out: a flag of {@code p4/src/features.p4} each. */
enum Feature {
  IPV4(Group.ADDRESS_FAMILIES),
  IPV6(Group.ADDRESS_FAMILIES),
  SINGLE_PASS(Group.ALGORITHMS),
  FOUR_PASS(Group.ALGORITHMS),
  IPIP(Group.MODES),
  GUE(Group.MODES),
  NAT(Group.MODES),
  STATE(Group.STATE);

  /** The key of a profile that lists the feature. */
  enum Group {
    ADDRESS_FAMILIES("address-families", ""),
    ALGORITHMS("algorithms", "plaintext"),
    MODES("modes", "l2"),
    STATE("state", "");

    private final String key;
    private final String always;

    Group(String key, String always) {
      this.key = key;
      this.always = always;
    }

    /** As profiles and options name it. */
    String key() {
      return key;
    }

    /** What every profile has, so that a list may be written without it; or empty. */
    String always() {
      return always;
    }

    /** The features of this group, in the order in which they are listed. */
    List<Feature> features() {
      return Arrays.stream(Feature.values()).filter(feature -> feature.group == this).toList();
    }

    /** Every word that may be in the list. */
    List<String> words() {
      List<String> words =
          features().stream().map(Feature::word).collect(Collectors.toCollection(ArrayList::new));
      if (!always.isEmpty()) {
        words.add(0, always);
      }
      return words;
    }

    /**
     * The features that a list names.
     *
     * @throws ProfileException if a word is unknown or there is nothing where something must be
     */
    Set<Feature> parse(List<String> listed) throws ProfileException {
      Set<Feature> features = EnumSet.noneOf(Feature.class);
      for (String item : listed) {
        String word = item.strip().toLowerCase(Locale.ROOT);
        if (!words().contains(word)) {
          throw new ProfileException(
              key
                  + ": unknown '"
                  + item.strip()
                  + "': expected some of "
                  + String.join(", ", words()));
        }
        features().stream().filter(feature -> feature.word().equals(word)).forEach(features::add);
      }
      return features;
    }
  }

  private final Group group;

  Feature(Group group) {
    this.group = group;
  }

  Group group() {
    return group;
  }

  /** As profiles list it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The macro that is 1 with it and 0 without. */
  String macro() {
    return "WITH_" + name();
  }
}
