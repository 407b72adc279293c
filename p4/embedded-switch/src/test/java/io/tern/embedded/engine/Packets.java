package io.tern.embedded.engine;

import io.tern.embedded.bmv2.ProgramJson;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Runs packets, written in hex, through a data plane. */
final class Packets {
  /** What left the switch. */
  record Sent(int port, String frame) {}

  private static final HexFormat HEX = HexFormat.of();

  private final DataPlane dataPlane;

  Packets(DataPlane dataPlane) {
    this.dataPlane = dataPlane;
  }

  static Packets through(ProgramJson program) {
    return new Packets(new InterpretedDataPlane(program.read()));
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  static byte[] bytes(String hex) {
    return HEX.parseHex(hex.replace(" ", ""));
  }

  List<Sent> send(int port, String hex) {
    byte[] frame = bytes(hex);
    List<Sent> sent = new ArrayList<>();
    // In the middle of a larger array, as ports have it.
    byte[] buffer = new byte[frame.length + 7];
    System.arraycopy(frame, 0, buffer, 3, frame.length);
    dataPlane.process(
        port,
        buffer,
        3,
        frame.length,
        (out, packet, offset, length) ->
            sent.add(new Sent(out, HEX.formatHex(packet, offset, offset + length))));
    return sent;
  }

  /** The one frame that leaves. */
  String sendForOne(String hex) {
    List<Sent> sent = send(1, hex);
    if (sent.size() != 1) {
      throw new AssertionError("expected one frame, got " + sent);
    }
    return sent.get(0).frame();
  }

  static KeyMatch exact(long value) {
    return new KeyMatch.Exact(BigInteger.valueOf(value));
  }

  static DataPlane.ActionCall call(String action, long... arguments) {
    List<BigInteger> values = new ArrayList<>();
    for (long argument : arguments) {
      values.add(BigInteger.valueOf(argument));
    }
    return new DataPlane.ActionCall(action, values);
  }
}
