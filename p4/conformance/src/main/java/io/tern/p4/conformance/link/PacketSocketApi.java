package io.tern.p4.conformance.link;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** As much of Linux's C library as packet sockets want. A failure is a LastErrorException. */
interface PacketSocketApi extends Library {

  /** Loaded with the first use. */
  final class Holder {
    static final PacketSocketApi LIBC = Native.load("c", PacketSocketApi.class);

    private Holder() {}
  }

  int socket(int domain, int type, int protocol) throws LastErrorException;

  int bind(int socket, Pointer address, int length) throws LastErrorException;

  int setsockopt(int socket, int level, int option, Pointer value, int length)
      throws LastErrorException;

  long send(int socket, Pointer octets, long length, int flags) throws LastErrorException;

  long recvmsg(int socket, Pointer header, int flags) throws LastErrorException;

  int poll(Pointer descriptors, long count, int milliseconds) throws LastErrorException;

  int close(int descriptor) throws LastErrorException;
}
