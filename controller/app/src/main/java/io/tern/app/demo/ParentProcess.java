package io.tern.app.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The other end of {@link ChildProcess}: lines of JSON on standard input and output. The parent is
 * gone when standard input ends, however it went.
 */
final class ParentProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedReader in;
  private final PrintStream out;

  ParentProcess(InputStream in, PrintStream out) {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.out = out;
  }

  /** What the parent wrote next; null if it is gone. */
  <T> T read(Class<T> type) throws IOException {
    String line = in.readLine();
    return line == null ? null : JSON.readValue(line, type);
  }

  /** Writes one line, at once. */
  synchronized void write(Object value) throws IOException {
    out.println(JSON.writeValueAsString(value));
    out.flush();
  }

  /** Returns when the parent is gone, or wants this process to be. */
  void awaitEnd() throws IOException {
    while (in.readLine() != null) {
      // Nothing more is expected.
    }
  }

  /** Ends this process, without cleaning up, when the parent is gone. */
  void haltAtEnd() {
    Thread thread =
        new Thread(
            () -> {
              try {
                awaitEnd();
              } catch (IOException e) {
                // As good as an end.
              }
              Runtime.getRuntime().halt(1);
            },
            "parent");
    thread.setDaemon(true);
    thread.start();
  }
}
