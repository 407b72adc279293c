package io.tern.embedded.port;

import java.io.IOException;

/**
 * One port of a switch. The switch calls {@link #start} once, then {@link #transmit} from its
 * forwarding thread; {@link #close} may come from any thread and ends both directions.
 */
public interface PacketPort extends AutoCloseable {

  /** Takes the frames that a port receives. Thread-safe; the octets are copied. */
  @FunctionalInterface
  interface Ingress {
    /** False if the switch has no room: the frame is dropped, and the switch counts it. */
    boolean offer(byte[] frame, int offset, int length);
  }

  /**
   * Opens the port.
   *
   * @throws IOException if its socket cannot be opened
   */
  void start(Ingress ingress) throws IOException;

  /** Sends a frame; never blocks. The octets are valid during the call only. */
  void transmit(byte[] frame, int offset, int length);

  @Override
  void close();
}
