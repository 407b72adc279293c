package io.tern.libbpf;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A loaded program. Thread-safe.
 *
 * <p>Attached by a link, it stays when the program is closed here.
 */
public final class BpfProgram implements AutoCloseable {
  /** What an XDP program returns. */
  public static final int XDP_ABORTED = 0;

  public static final int XDP_DROP = 1;
  public static final int XDP_PASS = 2;
  public static final int XDP_TX = 3;
  public static final int XDP_REDIRECT = 4;

  /** Flag of a test run: frames really leave and arrive ({@code BPF_F_TEST_XDP_LIVE_FRAMES}). */
  public static final int LIVE_FRAMES = 1 << 1;

  /**
   * Outcome of a test run.
   *
   * @param returnValue of the last repetition
   * @param nanoseconds of one repetition, mean
   * @param length octets of the frame as the program left it
   */
  public record TestRun(int returnValue, int nanoseconds, int length) {}

  /**
   * What the kernel says of a program.
   *
   * @param type the kernel's number
   * @param id of the program in this system
   * @param name at most 15 characters
   */
  public record Info(int type, int id, String name) {}

  private final String description;
  private final Resource resource;

  private BpfProgram(int fd, String description) {
    this.description = description;
    this.resource = Resource.descriptor(this, description, fd);
  }

  static BpfProgram ofDescriptor(int fd, String description) {
    return new BpfProgram(fd, description);
  }

  /** Opens a pinned program. */
  public static BpfProgram openPinned(Path path) {
    String description = "program pinned at " + path;
    try {
      return new BpfProgram(Native.pinnedObject(path.toString()), description);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  public Info info() {
    int[] values = new int[2];
    try {
      String name = Native.programInfo(fd(), values);
      return new Info(values[0], values[1], name);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /** Pins it; the file must not exist. */
  public void pin(Path path) {
    try {
      Native.pin(fd(), path.toString());
    } catch (BpfException e) {
      throw e.about(description + ", at " + path);
    }
  }

  /**
   * Runs it with a frame that nobody sent ({@code BPF_PROG_TEST_RUN}). All buffers are direct and
   * used from 0 on.
   *
   * @param length octets of {@code in}
   * @param out gets the frame as the program left it; null if nobody wants it. With a {@code
   *     repeat} above 1 each repetition gets what the one before left
   * @param context {@code struct xdp_md} for XDP programs, whole; null for the kernel's own
   * @param repeat at least 1
   * @param flags 0 or {@link #LIVE_FRAMES}
   */
  public TestRun testRun(
      ByteBuffer in, int length, ByteBuffer out, ByteBuffer context, int repeat, int flags) {
    int[] result = new int[3];
    try {
      Native.programTestRun(
          fd(),
          in,
          length,
          out,
          out == null ? 0 : out.capacity(),
          context,
          context == null ? 0 : context.capacity(),
          repeat,
          flags,
          0,
          result);
    } catch (BpfException e) {
      throw e.about(description);
    }
    return new TestRun(result[0], result[1], result[2]);
  }

  /** The same without context and flags. */
  public TestRun testRun(ByteBuffer in, int length, ByteBuffer out, int repeat) {
    return testRun(in, length, out, null, repeat, 0);
  }

  /**
   * Has it choose the socket of a {@code SO_REUSEPORT} group (program type {@code SK_REUSEPORT}).
   *
   * @param socket descriptor of any socket of the group
   */
  public void attachToReuseportGroup(int socket) {
    try {
      Native.attachReuseport(socket, fd());
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  int fd() {
    return resource.fd();
  }

  @Override
  public void close() {
    resource.close();
  }

  @Override
  public String toString() {
    return description;
  }
}
