package io.tern.libbpf;

import java.nio.file.Path;

/**
 * A program attached to a network interface by a link: while the link is open or pinned the program
 * stays, and its replacement is atomic: each packet meets the old one or the new one. Thread-safe.
 */
public final class XdpLink implements AutoCloseable {
  private static final int BPF_LINK_TYPE_XDP = 6;

  /** How a program is attached. */
  public enum Mode {
    /** In the driver, before the kernel makes its own structure of a packet. */
    NATIVE(1 << 2),
    /** Behind the driver: works with every interface, and slower. */
    GENERIC(1 << 1);

    private final int flag;

    Mode(int flag) {
      this.flag = flag;
    }
  }

  /**
   * What is attached to an interface.
   *
   * @param mode null if nothing is attached, or in another way
   * @param programId 0 if nothing is attached
   */
  public record Attached(Mode mode, int programId) {}

  /**
   * What the kernel says of a link.
   *
   * @param programId the program's ID in this system
   * @param interfaceIndex 0 if the interface is gone
   */
  public record Info(int id, int programId, int interfaceIndex) {}

  private final String description;
  private final Resource resource;

  private XdpLink(int fd, String description) {
    this.description = description;
    this.resource = Resource.descriptor(this, description, fd);
  }

  /**
   * Attaches a program to an interface that has none.
   *
   * @throws BpfException EBUSY or EEXIST if it has one, EOPNOTSUPP if the driver has no native mode
   */
  public static XdpLink attach(BpfProgram program, int interfaceIndex, Mode mode) {
    String description = "XDP link at interface " + interfaceIndex;
    try {
      return new XdpLink(Native.linkXdp(program.fd(), interfaceIndex, mode.flag), description);
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /**
   * Opens a pinned link.
   *
   * @throws BpfException ENOENT if nothing is pinned there
   */
  public static XdpLink openPinned(Path path) {
    String description = "link pinned at " + path;
    XdpLink link;
    try {
      link = new XdpLink(Native.pinnedObject(path.toString()), description);
    } catch (BpfException e) {
      throw e.about(description);
    }
    try {
      link.info();
      return link;
    } catch (RuntimeException e) {
      link.close();
      throw e;
    }
  }

  /** What is attached to an interface, by whomever. */
  public static Attached query(int interfaceIndex) {
    int[] values = new int[2];
    try {
      Native.xdpQuery(interfaceIndex, values);
    } catch (BpfException e) {
      throw e.about("interface " + interfaceIndex);
    }
    // XDP_ATTACHED_DRV and XDP_ATTACHED_SKB.
    Mode mode = values[0] == 1 ? Mode.NATIVE : values[0] == 2 ? Mode.GENERIC : null;
    return new Attached(mode, values[1]);
  }

  public Info info() {
    int[] values = new int[4];
    try {
      Native.linkInfo(fd(), values);
    } catch (BpfException e) {
      throw e.about(description);
    }
    if (values[0] != BPF_LINK_TYPE_XDP) {
      throw new IllegalArgumentException(description + " is no XDP link, but of type " + values[0]);
    }
    return new Info(values[1], values[2], values[3]);
  }

  /** Replaces the program atomically. */
  public void update(BpfProgram program) {
    try {
      Native.linkUpdate(fd(), program.fd());
    } catch (BpfException e) {
      throw e.about(description);
    }
  }

  /** Detaches the program, whoever else has the link. */
  public void detach() {
    try {
      Native.linkDetach(fd());
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

  private int fd() {
    return resource.fd();
  }

  /** Detaches the program unless the link is pinned or open elsewhere. */
  @Override
  public void close() {
    resource.close();
  }

  @Override
  public String toString() {
    return description;
  }
}
