package io.tern.northbound.mapping;

import io.tern.core.intent.Ids;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;

/**
 * Resource names of requests, taken apart. Every method throws IllegalArgumentException with the
 * pattern that the name should have had.
 */
public final class Names {
  /** In the place of a pool: all of them (AIP-159). */
  public static final String ANY = "-";

  private Names() {}

  /** ID of "pools/{pool}". */
  public static String poolId(String name) {
    return Ids.check("pool", parts(name, "pools/{pool}")[0]);
  }

  /** ID of "pools/{pool}", or {@link #ANY} for "pools/-". */
  public static String poolIdOrAny(String name) {
    return name.equals("pools/" + ANY) ? ANY : poolId(name);
  }

  /** ID of "vips/{vip}". */
  public static String vipId(String name) {
    return Ids.check("VIP", parts(name, "vips/{vip}")[0]);
  }

  /** ID of "devices/{device}". */
  public static String deviceId(String name) {
    return Ids.check("device", parts(name, "devices/{device}")[0]);
  }

  /** Key of "pools/{pool}/backends/{backend}". */
  public static BackendKey backendKey(String name) {
    String[] ids = parts(name, "pools/{pool}/backends/{backend}");
    return new BackendKey(Ids.check("pool", ids[0]), Ids.check("backend", ids[1]));
  }

  /** Key of "pools/{pool}/cidConfigs/{codepoint}". */
  public static CidConfigKey cidConfigKey(String name) {
    String[] ids = parts(name, "pools/{pool}/cidConfigs/{codepoint}");
    return new CidConfigKey(Ids.check("pool", ids[0]), codepoint(ids[1]));
  }

  /** Codepoint that is the ID of a CID configuration: "0" to "6". */
  public static int codepoint(String id) {
    if (id.equals("7")) {
      throw new IllegalArgumentException(
          "codepoint 7 is reserved for unroutable CIDs; take one of 0 to 6");
    }
    if (id.length() != 1 || id.charAt(0) < '0' || id.charAt(0) > '6') {
      throw new IllegalArgumentException(
          "CID configuration ID \"" + id + "\" is no codepoint; it must be \"0\" to \"6\"");
    }
    return id.charAt(0) - '0';
  }

  /** What stands in the places of the variables of a pattern. */
  private static String[] parts(String name, String pattern) {
    String[] expected = pattern.split("/", -1);
    String[] actual = name.split("/", -1);
    String[] variables = new String[expected.length / 2];
    boolean matches = actual.length == expected.length;
    for (int i = 0; matches && i < expected.length; i += 2) {
      matches = actual[i].equals(expected[i]);
      variables[i / 2] = actual[i + 1];
    }
    if (!matches) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is no resource name of the form " + pattern);
    }
    return variables;
  }
}
