package io.tern.libbpf;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.function.Consumer;

/** Reads a map of type {@code RINGBUF}. For one thread at a time. */
public final class RingBuffer implements AutoCloseable {
  private final Resource resource;
  private final Receiver receiver;

  /** Called by the shim. */
  static final class Receiver {
    private final Consumer<ByteBuffer> consumer;

    Receiver(Consumer<ByteBuffer> consumer) {
      this.consumer = consumer;
    }

    @SuppressWarnings("UnusedMethod") // the shim calls it by name
    void record(ByteBuffer octets) {
      consumer.accept(octets.order(ByteOrder.nativeOrder()));
    }
  }

  private RingBuffer(BpfMap map, long handle, Consumer<ByteBuffer> consumer) {
    this.receiver = new Receiver(consumer);
    this.resource = Resource.handle(this, "ring buffer of " + map, handle, Native::ringClose);
  }

  /**
   * Opens the ring.
   *
   * @param consumer gets each record, valid during the call, in the machine's byte order; what it
   *     throws ends the poll, and the record is gone
   */
  public static RingBuffer open(BpfMap map, Consumer<ByteBuffer> consumer) {
    requireNonNull(consumer, "consumer");
    try {
      return new RingBuffer(map, Native.ringOpen(map.fd()), consumer);
    } catch (BpfException e) {
      throw e.about(map.toString());
    }
  }

  /** Hands out what is there; waits for the first record at most as long as that. */
  public int poll(Duration patience) {
    return Native.ringPoll(
        resource.handle(), receiver, (int) Math.min(patience.toMillis(), Integer.MAX_VALUE));
  }

  @Override
  public void close() {
    resource.close();
  }
}
