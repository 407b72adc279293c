package io.tern.app.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the demo starts another JVM with its own classes. */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * The command line of a JVM with a short life.
   *
   * @param scratch where it may leave files behind if it is killed; exists
   * @param options for the JVM
   * @param main the class to run
   * @return can be added to
   */
  static List<String> command(
      Path scratch, List<String> options, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    // A short life: the second compiler would cost more than it gains.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    // Its file would have the name of a process ID, which is not unique across PID namespaces.
    command.add("-XX:-UsePerfData");
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    // Native libraries are unpacked there.
    command.add("-Djava.io.tmpdir=" + scratch);
    command.add("-Dfile.encoding=UTF-8");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }
}
