package io.tern.core.oracle;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** A 4-tuple, mostly that of the packets that a client sends. */
final class FlowTuple {
  private final byte[] source;
  private final byte[] destination;
  private final int sourcePort;
  private final int destinationPort;

  FlowTuple(byte[] source, byte[] destination, int sourcePort, int destinationPort) {
    this.source = source;
    this.destination = destination;
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
  }

  /** Of the packets in the other direction. */
  FlowTuple inverse() {
    return new FlowTuple(
        /* source= */ destination,
        /* destination= */ source,
        /* sourcePort= */ destinationPort,
        /* destinationPort= */ sourcePort);
  }

  /** The VIP's address, if it is one. */
  byte[] destination() {
    return destination.clone();
  }

  /** The VIP's port, if it is one. */
  int destinationPort() {
    return destinationPort;
  }

  /**
   * CRC-32 as in zlib over source address, destination address, source port, destination port in
   * network order: every device computes the same.
   */
  int hash() {
    CRC32 crc = new CRC32();
    crc.update(source);
    crc.update(destination);
    crc.update(
        ByteBuffer.allocate(4)
            .putShort((short) sourcePort)
            .putShort((short) destinationPort)
            .flip());
    return (int) crc.getValue();
  }
}
