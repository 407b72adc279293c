package io.tern.libbpf;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;

/**
 * Something of the kernel's or libbpf's that is open: closed once, by its owner; or, if the owner
 * is lost, by the garbage collector, which reports it.
 *
 * <p>Thread-safe as far as closing goes. Whoever closes while another thread is in a call with the
 * same resource breaks that call.
 */
final class Resource {
  private static final Cleaner CLEANER = Cleaner.create();

  private final State state;
  private final Cleaner.Cleanable cleanable;

  /** Must not know the owner: it would never be lost. */
  private static final class State implements Runnable {
    private final OpenResources.Entry entry;
    private final long value;
    private final LongConsumer closer;
    private volatile boolean closedByOwner;

    State(String description, long value, LongConsumer closer) {
      this.entry = OpenResources.opened(description);
      this.value = value;
      this.closer = closer;
    }

    @Override
    public void run() {
      closer.accept(value);
      OpenResources.closed(entry, closedByOwner);
    }
  }

  private Resource(Object owner, String description, long value, LongConsumer closer) {
    this.state = new State(description, value, closer);
    this.cleanable = CLEANER.register(owner, state);
  }

  static Resource descriptor(Object owner, String description, int fd) {
    return new Resource(owner, description, fd, value -> Native.closeDescriptor((int) value));
  }

  static Resource handle(Object owner, String description, long handle, LongConsumer closer) {
    return new Resource(owner, description, handle, closer);
  }

  /** The descriptor. */
  int fd() {
    return (int) handle();
  }

  long handle() {
    if (state.closedByOwner) {
      throw new IllegalStateException(state.entry.description() + " is closed");
    }
    return state.value;
  }

  boolean isClosed() {
    return state.closedByOwner;
  }

  void close() {
    state.closedByOwner = true;
    cleanable.clean();
  }
}
