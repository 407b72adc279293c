package io.tern.app.demo;

import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.Libbpf;
import io.tern.libbpf.XdpLink;
import java.io.IOException;
import java.io.InputStream;

/**
 * Interfaces that receive what the far ends of their veth pairs send by {@code XDP_TX}: the kernel
 * delivers it only where there is an XDP program, too; this one passes everything. Not thread-safe.
 */
final class XdpReceivers implements AutoCloseable {
  private static final String PROGRAM = "tern_pass";
  private static final String RESOURCE = "/io/tern/xdp/tern_pass.bpf.o";

  private final Resources resources = new Resources();
  private final BpfProgram program;

  XdpReceivers() throws IOException {
    try (InputStream elf = XdpReceivers.class.getResourceAsStream(RESOURCE)) {
      if (elf == null) {
        throw new IOException(RESOURCE + " is not on the class path");
      }
      BpfObject object = resources.add(BpfObject.open(PROGRAM, elf.readAllBytes()));
      object.load();
      program = resources.add(object.program(PROGRAM));
    }
  }

  /** Makes an interface of this namespace one of them. */
  void add(String name) {
    resources.add(XdpLink.attach(program, Libbpf.interfaceIndex(name), XdpLink.Mode.NATIVE));
  }

  /** Takes the program off all of them. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}
