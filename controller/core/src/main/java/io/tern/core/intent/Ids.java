package io.tern.core.intent;

import java.util.regex.Pattern;

/** The rule for the last part of resource names (AIP-122). */
public final class Ids {
  private static final Pattern ID = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private Ids() {}

  /**
   * Returns {@code id} if it is legal.
   *
   * @param kind what it names, for the message
   * @throws IllegalArgumentException if it is not
   */
  public static String check(String kind, String id) {
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          kind
              + " ID \""
              + id
              + "\" is illegal; it must be 1 to 63 of a-z, 0-9 and \"-\", begin with"
              + " a letter and not end with \"-\"");
    }
    return id;
  }
}
