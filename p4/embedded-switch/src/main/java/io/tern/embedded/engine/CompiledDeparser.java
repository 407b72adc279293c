package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Deparser;
import io.tern.embedded.bmv2.Header;

/** Puts a frame together again: the valid headers in order, then the payload. */
final class CompiledDeparser {
  private final int[] bases;
  private final HeaderCodec[] codecs;
  private final Operation primitives;

  CompiledDeparser(Components components) {
    Deparser deparser = components.program().deparser();
    bases = deparser.order().stream().mapToInt(components.layout()::base).toArray();
    codecs =
        deparser.order().stream()
            .map((Header header) -> components.codecs().get(header.type()))
            .toArray(HeaderCodec[]::new);
    primitives =
        new PrimitiveCompiler(components, components.expressions()).sequence(deparser.primitives());
  }

  /** Writes the frame to {@link PacketContext#output} and returns its length. */
  int deparse(PacketContext c) {
    primitives.run(c);
    int octets = 0;
    for (int i = 0; i < bases.length; i++) {
      if (c.r[bases[i]] != 0) {
        octets += codecs[i].octets(c.r, bases[i]);
      }
    }
    int payload = c.frameEnd - c.cursor;
    byte[] to = c.output(octets + payload);
    int position = 0;
    for (int i = 0; i < bases.length; i++) {
      if (c.r[bases[i]] != 0) {
        position = codecs[i].emit(c.r, bases[i], to, position);
      }
    }
    System.arraycopy(c.frame, c.cursor, to, octets, payload);
    return octets + payload;
  }
}
