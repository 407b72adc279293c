package io.tern.embedded.port;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for the datagram sockets of many ports. Thread-safe; handlers run on its
 * thread and must not block.
 */
public final class PortSelector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PortSelector.class);

  /** Called when a socket has something to read. */
  @FunctionalInterface
  public interface Handler {
    /** Reads until the socket is empty, or a fair share of it. */
    void readable(DatagramChannel socket) throws IOException;
  }

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  private PortSelector(Selector selector, String name) {
    this.selector = selector;
    this.thread = new Thread(this::loop, name);
    thread.setDaemon(true);
  }

  /**
   * Starts the thread.
   *
   * @param name of the thread
   */
  public static PortSelector start(String name) throws IOException {
    PortSelector selector = new PortSelector(Selector.open(), requireNonNull(name, "name"));
    selector.thread.start();
    return selector;
  }

  /**
   * Watches a socket from now on; closing the socket ends it.
   *
   * @param socket non-blocking
   */
  public void register(DatagramChannel socket, Handler handler) {
    execute(
        () -> {
          try {
            socket.register(selector, SelectionKey.OP_READ, handler);
          } catch (ClosedChannelException e) {
            log.debug("socket closed before it was watched");
          }
        });
  }

  /** Runs {@code task} on the selector's thread, soon. */
  public void execute(Runnable task) {
    tasks.add(task);
    if (Thread.currentThread() != thread) {
      selector.wakeup();
    }
  }

  private void loop() {
    while (!closed) {
      try {
        if (tasks.isEmpty()) {
          selector.select(this::ready);
        } else {
          selector.selectNow(this::ready);
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      } catch (IOException | RuntimeException e) {
        // One bad socket must not end the others' thread.
        log.warn("port selector", e);
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ready(SelectionKey key) {
    DatagramChannel socket = (DatagramChannel) key.channel();
    try {
      if (key.isValid()) {
        ((Handler) key.attachment()).readable(socket);
      }
    } catch (ClosedChannelException e) {
      key.cancel();
    } catch (IOException e) {
      // An ICMP error that an earlier datagram caused (port unreachable) arrives as a failed read.
      log.debug("{}: {}", socket, e.toString());
    }
  }

  /** Ends the thread; sockets stay open. Idempotent. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }
}
