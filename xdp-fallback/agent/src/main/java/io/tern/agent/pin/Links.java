package io.tern.agent.pin;

import static java.util.Objects.requireNonNull;

import io.tern.agent.AgentException;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.Libbpf;
import io.tern.libbpf.XdpLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links that attach the program to interfaces, pinned as {@code link-INTERFACE}: they stay when
 * the agent goes. Not thread-safe.
 */
public final class Links implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Links.class);
  private static final String PREFIX = "link-";

  /** How the program is to be attached. */
  public enum AttachMode {
    NATIVE,
    GENERIC,
    /** Native where the driver has it, else generic. */
    AUTO
  }

  /** What an attempt to attach the program has led to. */
  public enum Attachment {
    /** There is no such interface. */
    NO_INTERFACE,
    /** The program was attached already. */
    OLD,
    NEW
  }

  private final Path directory;
  private final AttachMode mode;
  private final Map<String, XdpLink> links = new LinkedHashMap<>();

  /**
   * @param directory of the device, under bpffs
   */
  public Links(Path directory, AttachMode mode) {
    this.directory = requireNonNull(directory, "directory");
    this.mode = requireNonNull(mode, "mode");
  }

  /**
   * Opens what is pinned; links of interfaces that are gone or come no more are removed.
   *
   * @param wanted names of the device's interfaces
   */
  public void open(Set<String> wanted) throws IOException {
    for (Path path : pinned()) {
      String name = path.getFileName().toString().substring(PREFIX.length()).replace(':', '.');
      XdpLink link = XdpLink.openPinned(path);
      int index = link.info().interfaceIndex();
      if (wanted.contains(name) && index != 0 && index == Libbpf.interfaceIndex(name)) {
        links.put(name, link);
      } else {
        logger.info(
            "{}: detaching the program, {}",
            name,
            wanted.contains(name) ? "the interface is another one now" : "it is no port any more");
        Files.delete(path);
        link.close();
      }
    }
  }

  /** bpffs takes no dots in names, and interfaces no colons. */
  private Path pin(String name) {
    return directory.resolve(PREFIX + name.replace('.', ':'));
  }

  private List<Path> pinned() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList();
    }
  }

  /** IDs of the programs that are attached. */
  public List<Integer> programIds() {
    List<Integer> ids = new ArrayList<>();
    links.values().forEach(link -> ids.add(link.info().programId()));
    return ids;
  }

  /** Gives another program to all links; each packet meets the old one or the new one. */
  public void update(BpfProgram program) {
    int id = program.info().id();
    for (Map.Entry<String, XdpLink> entry : links.entrySet()) {
      XdpLink.Info info = entry.getValue().info();
      if (info.interfaceIndex() != 0 && info.programId() != id) {
        try {
          entry.getValue().update(program);
        } catch (BpfException e) {
          // ENOLINK: the interface went at this moment; it is attached again when it returns.
          if (e.errno() != BpfException.ENOLINK) {
            throw e;
          }
        }
      }
    }
  }

  /**
   * Makes sure that nobody else's program is attached to an interface.
   *
   * @throws AgentException if one is
   */
  public void checkFree(String name) {
    int index = Libbpf.interfaceIndex(name);
    if (index != 0 && !links.containsKey(name) && XdpLink.query(index).programId() != 0) {
      throw foreign(name, index, null);
    }
  }

  /**
   * Attaches the program to an interface, if it is there and has no link of ours.
   *
   * @return what there is now
   * @throws AgentException if somebody else's program is attached, or the kernel does not let us
   */
  public Attachment attach(String name, BpfProgram program) {
    int index = Libbpf.interfaceIndex(name);
    XdpLink old = links.get(name);
    if (old != null) {
      if (index != 0 && old.info().interfaceIndex() == index) {
        return Attachment.OLD;
      }
      drop(name);
    }
    if (index == 0) {
      return Attachment.NO_INTERFACE;
    }
    XdpLink link = attachTo(name, index, program);
    try {
      link.pin(pin(name));
    } catch (BpfException e) {
      link.close();
      throw new AgentException(
          name + ": the link cannot be pinned under " + directory + ": " + e.getMessage(), e);
    }
    links.put(name, link);
    logger.info("{}: attached in {} mode", name, XdpLink.query(index).mode());
    return Attachment.NEW;
  }

  private static AgentException foreign(String name, int index, BpfException cause) {
    return new AgentException(
        name
            + ": another XDP program is attached (ID "
            + XdpLink.query(index).programId()
            + ", see bpftool prog show). It stays; to detach it: ip link set dev "
            + name
            + " xdp off, or end whoever holds its link",
        cause);
  }

  private XdpLink attachTo(String name, int index, BpfProgram program) {
    try {
      return XdpLink.attach(
          program, index, mode == AttachMode.GENERIC ? XdpLink.Mode.GENERIC : XdpLink.Mode.NATIVE);
    } catch (BpfException e) {
      if (e.errno() == BpfException.EBUSY || e.errno() == BpfException.EEXIST) {
        throw foreign(name, index, e);
      }
      if (mode == AttachMode.AUTO && e.errno() != BpfException.EPERM) {
        logger.info("{}: no native XDP ({}), attaching in generic mode", name, e.getMessage());
        try {
          return XdpLink.attach(program, index, XdpLink.Mode.GENERIC);
        } catch (BpfException generic) {
          throw new AgentException(name + ": " + generic.getMessage(), generic);
        }
      }
      String advice =
          e.errno() == BpfException.EPERM
              ? ". It takes CAP_NET_ADMIN and CAP_BPF"
              : ". If the driver has no native XDP: --mode generic";
      throw new AgentException(name + ": " + e.getMessage() + advice, e);
    }
  }

  /** Forgets the link of an interface that is gone. */
  public void drop(String name) {
    XdpLink link = links.remove(name);
    if (link != null) {
      try {
        Files.deleteIfExists(pin(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      link.close();
    }
  }

  /** Whether the program is attached to an interface that is there. */
  public boolean isAttached(String name) {
    XdpLink link = links.get(name);
    return link != null && link.info().interfaceIndex() != 0;
  }

  /** Detaches the program from all interfaces. */
  public void removeAll() throws IOException {
    for (Path path : pinned()) {
      try (XdpLink link = XdpLink.openPinned(path)) {
        if (link.info().interfaceIndex() != 0) {
          link.detach();
        }
      }
      Files.delete(path);
    }
  }

  /** Closes them; what is pinned stays attached. */
  @Override
  public void close() {
    links.values().forEach(XdpLink::close);
    links.clear();
  }
}
