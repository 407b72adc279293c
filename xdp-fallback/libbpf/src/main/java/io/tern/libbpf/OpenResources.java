package io.tern.libbpf;

import static java.lang.System.Logger.Level.ERROR;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What of this library is open, and what was lost: an owner that the garbage collector found open
 * is closed, counted and logged. Thread-safe.
 *
 * <p>With the system property {@value #TRACE} set to {@code true} each one remembers where it was
 * opened.
 */
public final class OpenResources {
  /** System property that asks for stack traces. */
  public static final String TRACE = "tern.libbpf.trace-resources";

  private static final System.Logger LOG = System.getLogger(OpenResources.class.getName());
  private static final boolean TRACING = Boolean.getBoolean(TRACE);
  private static final Set<Entry> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicLong LOST = new AtomicLong();

  private OpenResources() {}

  /** One thing that is open; two of the same description are two. */
  static final class Entry {
    private final String description;
    private final Throwable openedAt;

    private Entry(String description, Throwable openedAt) {
      this.description = description;
      this.openedAt = openedAt;
    }

    String description() {
      return description;
    }

    @Override
    public String toString() {
      if (openedAt == null) {
        return description;
      }
      StringBuilder text = new StringBuilder(description).append(", opened");
      for (StackTraceElement element : openedAt.getStackTrace()) {
        text.append("\n    at ").append(element);
      }
      return text.toString();
    }
  }

  /** Descriptions of everything that is open now. */
  public static List<String> list() {
    List<String> open = new ArrayList<>();
    OPEN.forEach(entry -> open.add(entry.toString()));
    return open;
  }

  /** How many were not closed by their owners in the life of this process. */
  public static long lost() {
    return LOST.get();
  }

  static Entry opened(String description) {
    Entry entry = new Entry(description, TRACING ? new Throwable() : null);
    OPEN.add(entry);
    return entry;
  }

  static void closed(Entry entry, boolean byOwner) {
    OPEN.remove(entry);
    if (!byOwner) {
      LOST.incrementAndGet();
      LOG.log(ERROR, "never closed: {0}", entry);
    }
  }
}
