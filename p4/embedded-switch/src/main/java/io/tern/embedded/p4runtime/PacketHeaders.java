package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.tern.proto.p4.config.v1.ControllerPacketMetadata;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.PacketOut;
import java.math.BigInteger;
import java.util.List;

/**
 * Controller headers: what P4Runtime carries as metadata is, on the CPU port, a header before the
 * frame (section 16.1). A program without them gets and gives plain frames.
 *
 * <p>Immutable and thread-safe.
 */
final class PacketHeaders {

  private record Header(String name, List<ControllerPacketMetadata.Metadata> fields, int octets) {

    static Header of(String name, ControllerPacketMetadata metadata) {
      if (metadata == null) {
        return new Header(name, List.of(), 0);
      }
      int bits = 0;
      for (ControllerPacketMetadata.Metadata field : metadata.getMetadataList()) {
        if (field.getBitwidth() <= 0) {
          throw P4RuntimeException.invalidArgument(
              "P4Info: %s, field '%s' has the bit width %d",
              name, field.getName(), field.getBitwidth());
        }
        bits += field.getBitwidth();
      }
      if (bits % Byte.SIZE != 0) {
        throw P4RuntimeException.invalidArgument(
            "P4Info: %s has %d bits, which are no whole octets", name, bits);
      }
      return new Header(name, metadata.getMetadataList(), bits / Byte.SIZE);
    }

    int position(int id) {
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).getId() == id) {
          return i;
        }
      }
      throw P4RuntimeException.invalidArgument(
          "%s has no metadata with id %s", name, Integer.toUnsignedString(id));
    }
  }

  private final Header in;
  private final Header out;

  PacketHeaders(P4InfoIndex info) {
    this.in = Header.of("packet_in", info.packetHeader("packet_in"));
    this.out = Header.of("packet_out", info.packetHeader("packet_out"));
  }

  /**
   * Makes the frame that enters by the CPU port.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT unless the metadata is that of {@code packet_out},
   *     each field once
   */
  byte[] toFrame(PacketOut packet) {
    BigInteger[] values = new BigInteger[out.fields().size()];
    for (PacketMetadata metadata : packet.getMetadataList()) {
      int position = out.position(metadata.getMetadataId());
      ControllerPacketMetadata.Metadata field = out.fields().get(position);
      if (values[position] != null) {
        throw P4RuntimeException.invalidArgument(
            "packet_out metadata '%s' is given twice", field.getName());
      }
      values[position] =
          Bytestrings.parse(
              metadata.getValue(),
              field.getBitwidth(),
              "packet_out metadata '" + field.getName() + "'");
    }
    BigInteger header = BigInteger.ZERO;
    for (int i = 0; i < values.length; i++) {
      ControllerPacketMetadata.Metadata field = out.fields().get(i);
      if (values[i] == null) {
        if (!isPadding(field)) {
          throw P4RuntimeException.invalidArgument(
              "packet_out metadata '%s' (id %d, bit<%d>) is missing",
              field.getName(), field.getId(), field.getBitwidth());
        }
        values[i] = BigInteger.ZERO;
      }
      header = header.shiftLeft(field.getBitwidth()).or(values[i]);
    }
    byte[] frame = new byte[out.octets() + packet.getPayload().size()];
    byte[] octets = header.toByteArray();
    for (int i = 1; i <= Math.min(out.octets(), octets.length); i++) {
      frame[out.octets() - i] = octets[octets.length - i];
    }
    packet.getPayload().copyTo(frame, out.octets());
    return frame;
  }

  /** Reads a frame that left by the CPU port; null if it is shorter than the header. */
  PacketIn toPacketIn(byte[] frame, int offset, int length) {
    if (length < in.octets()) {
      return null;
    }
    PacketIn.Builder packet =
        PacketIn.newBuilder()
            .setPayload(ByteString.copyFrom(frame, offset + in.octets(), length - in.octets()));
    if (in.octets() > 0) {
      BigInteger header = new BigInteger(1, frame, offset, in.octets());
      int bitsBehind = in.octets() * Byte.SIZE;
      for (ControllerPacketMetadata.Metadata field : in.fields()) {
        bitsBehind -= field.getBitwidth();
        BigInteger mask = BigInteger.ONE.shiftLeft(field.getBitwidth()).subtract(BigInteger.ONE);
        packet
            .addMetadataBuilder()
            .setMetadataId(field.getId())
            .setValue(Bytestrings.encode(header.shiftRight(bitsBehind).and(mask)));
      }
    }
    return packet.build();
  }

  /**
   * Fields that the program marks as padding carry nothing, so that a controller may leave them
   * out.
   */
  private static boolean isPadding(ControllerPacketMetadata.Metadata field) {
    return field.getAnnotationsList().contains("@padding");
  }
}
