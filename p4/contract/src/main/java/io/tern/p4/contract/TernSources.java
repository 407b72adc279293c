package io.tern.p4.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The P4 program as it is written, and how p4c is called for it: what {@link TernPipeline} was made
 * of. Thread-safe; read from the class path at each call.
 */
public final class TernSources {
  /** What p4c compiles, relative to the directory of the {@link #files}. */
  public static final String PROGRAM = "src/tern.p4";

  private static final String MANIFEST = "manifest.sha256";
  private static final Pattern HEAD =
      Pattern.compile("# Written by p4/compile with p4c-bm2-ss (\\S+)");
  private static final Pattern SOURCE = Pattern.compile("[0-9a-f]{64} {2}(src/[\\w.]+)");

  private TernSources() {}

  /** Every source file by its path ({@code src/tern.p4}), in the order of the paths. */
  public static SortedMap<String, byte[]> files() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String line : lines(MANIFEST)) {
      Matcher source = SOURCE.matcher(line);
      if (source.matches()) {
        files.put(source.group(1), resource(source.group(1)));
      }
    }
    return Collections.unmodifiableSortedMap(files);
  }

  /** The options of p4c-bm2-ss, without those that name files. */
  public static List<String> compilerOptions() {
    List<String> options = new ArrayList<>();
    for (String line : lines("p4c.options")) {
      if (!line.isBlank() && !line.startsWith("#")) {
        options.add(line.strip());
      }
    }
    return List.copyOf(options);
  }

  /** The version of p4c-bm2-ss that made {@link TernPipeline}. */
  public static String compilerVersion() {
    String first = lines(MANIFEST).get(0);
    Matcher head = HEAD.matcher(first);
    if (!head.matches()) {
      throw new IllegalStateException(
          "the first line of " + MANIFEST + " names no p4c: '" + first + "'");
    }
    return head.group(1);
  }

  private static List<String> lines(String name) {
    return new String(resource(name), StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] resource(String name) {
    try (InputStream in = TernSources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "the class path has no " + name + " next to " + TernSources.class.getName());
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
