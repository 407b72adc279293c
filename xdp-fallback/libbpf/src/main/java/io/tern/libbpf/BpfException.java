package io.tern.libbpf;

/**
 * What the kernel or libbpf refused: what was tried, the errno, and what libbpf said about it (the
 * verifier's log at worst, its end at least).
 */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int E2BIG = 7;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int ENOLINK = 67;
  public static final int EOPNOTSUPP = 95;

  /** "Not supported" as the kernel's BPF system call says it. */
  public static final int ENOTSUPP = 524;

  private final int errno;
  private final String said;
  private final int completed;

  /** Called by the shim. */
  BpfException(String operation, int errno, String reason, String said, int completed) {
    super(
        "cannot "
            + operation
            + ": "
            + reason
            + " (errno "
            + errno
            + ")"
            + (said.isBlank() ? "" : "; libbpf: " + said.strip()));
    this.errno = errno;
    this.said = said;
    this.completed = completed;
  }

  private BpfException(String message, BpfException cause) {
    super(message, cause);
    this.errno = cause.errno;
    this.said = cause.said;
    this.completed = cause.completed;
  }

  /** The same, with the name of what it is about in front. */
  BpfException about(String subject) {
    return new BpfException(subject + ": " + getMessage(), this);
  }

  /** Positive, as in {@code errno(3)}. */
  public int errno() {
    return errno;
  }

  /** What libbpf said, the verifier's log included; empty if nothing. */
  public String said() {
    return said;
  }

  /** Of a batch: how many elements were done before the one that failed. */
  public int completed() {
    return completed;
  }
}
