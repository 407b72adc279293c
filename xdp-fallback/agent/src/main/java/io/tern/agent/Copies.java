package io.tern.agent;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.MapShape;
import io.tern.agent.plane.Ports;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.RingBuffer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes copies of packets from the program's ring, and makes packet-ins of them. */
final class Copies implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Copies.class);
  private static final Duration PATIENCE = Duration.ofMillis(200);

  /** {@code struct event}, which no map has as its value. */
  private static final Field INTERFACE = new Field("ifindex", 8, 4, 1);

  private static final Field REASON = new Field("reason", 12, 4, 1);
  private static final Field CAPTURED = new Field("captured", 20, 4, 1);
  private static final int OCTETS = 24;

  /** Controller header of a packet-in: ingress port (9 bits), pad (7), reason (8). */
  private static final int HEADER = 3;

  private final Ports ports;
  private final IntSupplier copyLength;
  private final Consumer<byte[]> packetIn;
  private final RingBuffer ring;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to read.
   *
   * @param copyLength octets of a copy; 0: all, -1: there are no copies now
   * @param packetIn takes controller header and frame
   */
  Copies(
      BpfMap events,
      MapShape shape,
      Ports ports,
      IntSupplier copyLength,
      Consumer<byte[]> packetIn) {
    this.ports = ports;
    this.copyLength = copyLength;
    this.packetIn = packetIn;
    this.ring = RingBuffer.open(events, this::take);
    this.thread = new Thread(this::read, "agent copies of " + shape.name());
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    while (!closed) {
      try {
        ring.poll(PATIENCE);
      } catch (BpfException e) {
        logger.error("Copies of packets cannot be read any more", e);
        return;
      } catch (RuntimeException e) {
        logger.error("A copy of a packet was lost", e);
      }
    }
  }

  private void take(ByteBuffer event) {
    int length = copyLength.getAsInt();
    int port = ports.portOf(INTERFACE.getInt(event)).orElse(-1);
    if (length < 0 || port < 0) {
      return;
    }
    int captured = CAPTURED.getInt(event);
    int octets = length == 0 ? captured : Math.min(length, captured);
    byte[] frame = new byte[HEADER + octets];
    frame[0] = (byte) (port >> 1);
    frame[1] = (byte) (port << 7);
    frame[2] = (byte) REASON.getInt(event);
    event.get(OCTETS, frame, HEADER, octets);
    packetIn.accept(frame);
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    ring.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
