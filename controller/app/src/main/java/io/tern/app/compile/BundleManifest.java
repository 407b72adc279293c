package io.tern.app.compile;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The manifest of a bundle: SHA-256 of each of its files, as {@code sha256sum -c} checks them, and
 * which p4c made it. Immutable.
 *
 * @param compilerVersion of p4c-bm2-ss
 * @param hashes by the path of the file in the bundle; 64 hexadecimal digits, lower case
 */
record BundleManifest(String compilerVersion, SortedMap<String, String> hashes) {
  /** Its file in the bundle. */
  static final String FILE = "manifest.sha256";

  private static final String HEAD = "# Written by tern compile with p4c-bm2-ss ";
  private static final Pattern VERSION = Pattern.compile("[\\w.+-]+");
  // No absolute path, and no way out of the bundle: a part does not begin with a dot.
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{64}) {2}(\\w[\\w.-]*(?:/\\w[\\w.-]*)*)");

  BundleManifest {
    hashes = Collections.unmodifiableSortedMap(new TreeMap<>(hashes));
  }

  /** The manifest of these files, by their paths in the bundle. */
  static BundleManifest of(String compilerVersion, Map<String, byte[]> files) {
    SortedMap<String, String> hashes = new TreeMap<>();
    files.forEach((path, content) -> hashes.put(path, sha256(content)));
    return new BundleManifest(compilerVersion, hashes);
  }

  /**
   * Parses a manifest.
   *
   * @throws BundleException if it is none; the message begins with the file's name and the line
   */
  static BundleManifest parse(String text) throws BundleException {
    String version = null;
    SortedMap<String, String> hashes = new TreeMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (number == 1) {
        version = line.startsWith(HEAD) ? line.substring(HEAD.length()) : "";
        if (!VERSION.matcher(version).matches()) {
          throw new BundleException(FILE + ", line 1: expected '" + HEAD + "VERSION'");
        }
        continue;
      }
      Matcher entry = LINE.matcher(line);
      if (!entry.matches()) {
        throw new BundleException(
            FILE
                + ", line "
                + number
                + ": expected the SHA-256 of a file in 64 hexadecimal digits, two blanks and its"
                + " path in the bundle");
      }
      if (hashes.put(entry.group(2), entry.group(1)) != null) {
        throw new BundleException(
            FILE + ", line " + number + ": " + entry.group(2) + " is there twice");
      }
    }
    if (version == null) {
      throw new BundleException(FILE + " is empty");
    }
    return new BundleManifest(version, hashes);
  }

  /** As it is written. */
  byte[] toOctets() {
    StringBuilder text = new StringBuilder(HEAD).append(compilerVersion).append('\n');
    hashes.forEach((path, hash) -> text.append(hash).append("  ").append(path).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
