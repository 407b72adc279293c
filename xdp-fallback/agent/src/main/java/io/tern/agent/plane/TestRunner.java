package io.tern.agent.plane;

import io.tern.agent.plane.Backends.Backend;
import io.tern.embedded.engine.DataPlane.PacketOut;
import io.tern.libbpf.BpfProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Runs the program with frames that nobody sent. Not thread-safe. */
final class TestRunner {
  /** Octets in front of a frame's end that the kernel's test run keeps for itself. */
  private static final int ROOM = 4096;

  /** {@code struct xdp_md}. */
  private static final int CONTEXT = 24;

  private static final int DATA_END = 4;
  private static final int INGRESS = 12;

  private final BpfProgram program;
  private final Ports ports;
  private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
  private final ByteBuffer left = ByteBuffer.allocateDirect(2 * ROOM);
  private final ByteBuffer context =
      ByteBuffer.allocateDirect(CONTEXT).order(ByteOrder.nativeOrder());

  TestRunner(BpfProgram program, Ports ports) {
    this.program = program;
    this.ports = ports;
  }

  void run(
      int ingressPort, byte[] packet, int offset, int length, Backends backends, PacketOut out) {
    in.put(0, packet, offset, length);
    context.putInt(DATA_END, length);
    context.putInt(INGRESS, ports.interfaceOf(ingressPort).orElse(0));
    Map<Backend, Long> before = new HashMap<>();
    backends.all().forEach(backend -> before.put(backend, backends.raw(backend).packets()));
    BpfProgram.TestRun run = program.testRun(in, length, left, context, 1, 0);
    int egress =
        switch (run.returnValue()) {
          case BpfProgram.XDP_PASS -> BpfDataPlane.HOST;
          case BpfProgram.XDP_TX -> ingressPort;
          case BpfProgram.XDP_REDIRECT -> redirected(before, backends);
          default -> -1;
        };
    if (egress >= 0) {
      byte[] octets = new byte[run.length()];
      left.get(0, octets);
      out.emit(egress, octets, 0, octets.length);
    }
  }

  /**
   * A test run does not say where a packet was redirected to; the counters say for which backend.
   */
  private static int redirected(Map<Backend, Long> before, Backends backends) {
    for (Map.Entry<Backend, Long> entry : before.entrySet()) {
      if (backends.raw(entry.getKey()).packets() != entry.getValue()) {
        return entry.getKey().way.port();
      }
    }
    throw new IllegalStateException(
        "the program redirected a packet and counted it for no backend");
  }
}
