package io.tern.embedded.port;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A port for tests: frames go in by {@link #inject} and come out of {@link #poll}. Thread-safe. */
public final class MemoryPort implements PacketPort {
  /** Frames that wait to be polled; more are dropped and counted. */
  public static final int DEFAULT_CAPACITY = 4_096;

  private final BlockingQueue<byte[]> transmitted;
  private final AtomicLong dropped = new AtomicLong();
  private volatile Ingress ingress;
  private volatile boolean closed;

  public MemoryPort() {
    this(DEFAULT_CAPACITY);
  }

  /**
   * @param capacity frames that may wait to be polled, at least 1
   */
  public MemoryPort(int capacity) {
    this.transmitted = new LinkedBlockingQueue<>(capacity);
  }

  @Override
  public void start(Ingress ingress) {
    this.ingress = requireNonNull(ingress, "ingress");
  }

  /**
   * Hands a frame to the switch as if the port had received it.
   *
   * @return false if the switch had no room for it
   * @throws IllegalStateException if the port belongs to no running switch
   */
  public boolean inject(byte[] frame) {
    Ingress to = ingress;
    if (to == null || closed) {
      throw new IllegalStateException("the port belongs to no running switch");
    }
    return to.offer(frame, 0, frame.length);
  }

  /** The next frame that the switch sent, or null if none came within {@code timeout}. */
  public byte[] poll(Duration timeout) throws InterruptedException {
    return transmitted.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Frames that the switch sent while {@code capacity} others waited. */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void transmit(byte[] frame, int offset, int length) {
    if (!closed && !transmitted.offer(Arrays.copyOfRange(frame, offset, offset + length))) {
      dropped.incrementAndGet();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
