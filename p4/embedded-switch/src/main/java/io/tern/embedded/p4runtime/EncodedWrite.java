package io.tern.embedded.p4runtime;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A Write request whose updates are octets as they came: most of them never become messages, which
 * costs more than all else that is done with them. Immutable.
 */
final class EncodedWrite {
  private final byte[] octets;
  private final WriteRequest head;

  /** Where updates begin and end, by turns. */
  private final int[] bounds;

  private EncodedWrite(byte[] octets, WriteRequest head, int[] bounds) {
    this.octets = octets;
    this.head = head;
    this.bounds = bounds;
  }

  /**
   * Reads a request.
   *
   * @throws InvalidProtocolBufferException if it is none; what is in the updates is not looked at
   */
  static EncodedWrite parse(byte[] octets) throws InvalidProtocolBufferException {
    int updates = WriteRequest.UPDATES_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    CodedInputStream in = CodedInputStream.newInstance(octets);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int[] bounds = new int[128];
    int count = 0;
    try {
      int start = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == updates) {
          int length = in.readRawVarint32();
          int from = in.getTotalBytesRead();
          in.skipRawBytes(length);
          if (count == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * count);
          }
          bounds[count++] = from;
          bounds[count++] = from + length;
        } else {
          in.skipField(tag);
          head.write(octets, start, in.getTotalBytesRead() - start);
        }
        start = in.getTotalBytesRead();
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new EncodedWrite(
        octets, WriteRequest.parseFrom(head.toByteArray()), Arrays.copyOf(bounds, count));
  }

  /** All but the updates. */
  WriteRequest head() {
    return head;
  }

  int updates() {
    return bounds.length / 2;
  }

  /** What {@link #from} and {@link #to} mean places in; not to be changed. */
  byte[] octets() {
    return octets;
  }

  int from(int update) {
    return bounds[2 * update];
  }

  int to(int update) {
    return bounds[2 * update + 1];
  }

  /**
   * An update as a message.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT if it is none
   */
  Update update(int update) {
    try {
      return Update.parser().parseFrom(octets, from(update), to(update) - from(update));
    } catch (InvalidProtocolBufferException e) {
      throw P4RuntimeException.invalidArgument("the update is malformed: %s", e.getMessage());
    }
  }

  /** How gRPC reads it. */
  static final class Marshaller implements MethodDescriptor.Marshaller<EncodedWrite> {
    @Override
    public InputStream stream(EncodedWrite request) {
      return new ByteArrayInputStream(request.octets);
    }

    @Override
    public EncodedWrite parse(InputStream stream) {
      try {
        return EncodedWrite.parse(readAll(stream));
      } catch (InvalidProtocolBufferException e) {
        throw Status.INTERNAL
            .withDescription("the Write request is malformed")
            .withCause(e)
            .asRuntimeException();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** gRPC's streams know how much is left, so that it is copied once. */
    private static byte[] readAll(InputStream stream) throws IOException {
      byte[] octets = new byte[stream.available()];
      int length = stream.readNBytes(octets, 0, octets.length);
      byte[] more = stream.readAllBytes();
      if (length == octets.length && more.length == 0) {
        return octets;
      }
      byte[] all = Arrays.copyOf(octets, length + more.length);
      System.arraycopy(more, 0, all, length, more.length);
      return all;
    }
  }
}
