package io.tern.embedded;

import static java.util.Objects.requireNonNull;

import io.tern.embedded.engine.DataPlane.PacketOut;
import io.tern.embedded.port.PacketPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forwarding thread of a switch, its queue, and the ports that it serves.
 *
 * <p>Guarantees: frames of one port are forwarded in the order in which they came; a frame that
 * does not fit into the queue is dropped and counted, and its sender never waits; a fault of the
 * pipeline or of a port costs the packet that met it, not the thread.
 *
 * <p>Thread-safe.
 */
final class ForwardingLoop implements AutoCloseable {

  /** What the loop drives: runs one frame through the pipeline. */
  @FunctionalInterface
  interface Processor {
    void process(int ingressPort, byte[] frame, int offset, int length, PacketOut out);
  }

  /** Takes what leaves by the CPU port; must not block or keep the octets. */
  @FunctionalInterface
  interface CpuPort {
    void emit(byte[] frame, int offset, int length);
  }

  /** v1model's highest port; 511 means drop. */
  static final int MAX_PORT = 510;

  /** Frames that wait for the forwarding thread. */
  static final int QUEUE_CAPACITY = 8192;

  private static final int BURST = 256;
  private static final long POLL_MILLIS = 100;

  private static final Logger log = LoggerFactory.getLogger(ForwardingLoop.class);

  /** A frame with the port by which it entered, or else a task. */
  private static final class Queued {
    final int port;
    final byte[] frame;
    final Runnable task;

    Queued(int port, byte[] frame, Runnable task) {
      this.port = port;
      this.frame = frame;
      this.task = task;
    }
  }

  private final Processor processor;
  private final int cpuPort;
  private final CpuPort cpu;
  private final ArrayBlockingQueue<Queued> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private final AtomicReferenceArray<Attached> ports = new AtomicReferenceArray<>(MAX_PORT + 1);
  private final Thread thread;
  private final LongAdder withoutPort = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final PacketOut out = this::emit;
  private volatile boolean stopped;

  /**
   * Makes a loop without ports.
   *
   * @param cpuPort 0 to 510
   * @param name of the thread
   */
  ForwardingLoop(Processor processor, int cpuPort, CpuPort cpu, String name) {
    this.processor = requireNonNull(processor, "processor");
    this.cpu = requireNonNull(cpu, "cpu");
    checkPort(cpuPort);
    this.cpuPort = cpuPort;
    this.thread = new Thread(this::run, requireNonNull(name, "name"));
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * Adds a port and starts it.
   *
   * @throws IllegalArgumentException if the number is not 0 to 510, taken, or the CPU port's
   * @throws IOException if the port cannot be opened; it is not added then
   */
  synchronized void attach(int number, PacketPort port) throws IOException {
    checkPort(number);
    if (number == cpuPort) {
      throw new IllegalArgumentException("port " + number + " is the CPU port");
    }
    if (ports.get(number) != null) {
      throw new IllegalArgumentException("port " + number + " is there already");
    }
    if (stopped) {
      throw new IllegalStateException("the switch is closed");
    }
    Attached attached = new Attached(number, port);
    port.start(attached);
    // Only now: nothing is transmitted by a port that has not started.
    ports.set(number, attached);
  }

  /**
   * Hands in a frame that enters by the CPU port; false if the queue is full. The array is kept.
   */
  boolean injectFromCpu(byte[] frame) {
    return !stopped && queue.offer(new Queued(cpuPort, frame, null));
  }

  /**
   * Waits until every frame that was taken before the call has been forwarded.
   *
   * @throws IllegalStateException if the loop stops before
   */
  void awaitForwarded() throws InterruptedException {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("the forwarding thread cannot wait for itself");
    }
    CountDownLatch reached = new CountDownLatch(1);
    Queued marker = new Queued(cpuPort, null, reached::countDown);
    boolean queued = false;
    while (!queued || !reached.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      queued = queued || queue.offer(marker, POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (!thread.isAlive() && reached.getCount() > 0) {
        throw new IllegalStateException("the switch is closed");
      }
    }
  }

  /** By port number. */
  Map<Integer, PortStatistics> statistics() {
    Map<Integer, PortStatistics> statistics = new TreeMap<>();
    attached().forEach(port -> statistics.put(port.number, port.statistics()));
    return statistics;
  }

  long withoutPort() {
    return withoutPort.sum();
  }

  long faults() {
    return faults.sum();
  }

  /** Stops the thread, then closes the ports. Idempotent. */
  @Override
  public synchronized void close() {
    stopped = true;
    // Wakes the thread; where the queue is full it is awake.
    boolean woken = queue.offer(new Queued(cpuPort, null, () -> {}));
    log.debug("closing, woken: {}", woken);
    boolean interrupted = false;
    while (Thread.currentThread() != thread && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    attached().forEach(port -> port.port.close());
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Attached> attached() {
    List<Attached> all = new ArrayList<>();
    for (int i = 0; i <= MAX_PORT; i++) {
      Attached port = ports.get(i);
      if (port != null) {
        all.add(port);
      }
    }
    return all;
  }

  private void run() {
    List<Queued> burst = new ArrayList<>(BURST);
    while (!stopped) {
      try {
        burst.add(queue.take());
      } catch (InterruptedException e) {
        // Nobody who owns this thread interrupts it: close wakes it by a task.
        continue;
      }
      queue.drainTo(burst, BURST - 1);
      for (Queued next : burst) {
        handle(next);
      }
      burst.clear();
    }
  }

  private void handle(Queued next) {
    try {
      if (next.task != null) {
        next.task.run();
      } else {
        processor.process(next.port, next.frame, 0, next.frame.length, out);
      }
    } catch (RuntimeException e) {
      fault(e);
    }
  }

  private void emit(int egressPort, byte[] frame, int offset, int length) {
    if (egressPort == cpuPort) {
      cpu.emit(frame, offset, length);
      return;
    }
    Attached port = egressPort < 0 || egressPort > MAX_PORT ? null : ports.get(egressPort);
    if (port == null) {
      withoutPort.increment();
    } else {
      port.port.transmit(frame, offset, length);
      port.transmittedFrames.increment();
      port.transmittedOctets.add(length);
    }
  }

  private void fault(RuntimeException e) {
    faults.increment();
    // Once per power of two: packets that all meet the fault must not fill the log.
    long count = faults.sum();
    if (Long.bitCount(count) == 1) {
      log.error("A packet met a fault of the switch and was dropped ({} so far)", count, e);
    }
  }

  private static void checkPort(int number) {
    if (number < 0 || number > MAX_PORT) {
      throw new IllegalArgumentException("port " + number + ": expected 0 to " + MAX_PORT);
    }
  }

  /** A port with its counters. */
  private final class Attached implements PacketPort.Ingress {
    private final int number;
    private final PacketPort port;
    private final LongAdder receivedFrames = new LongAdder();
    private final LongAdder receivedOctets = new LongAdder();
    private final LongAdder transmittedFrames = new LongAdder();
    private final LongAdder transmittedOctets = new LongAdder();
    private final LongAdder droppedFrames = new LongAdder();

    Attached(int number, PacketPort port) {
      this.number = number;
      this.port = requireNonNull(port, "port");
    }

    @Override
    public boolean offer(byte[] frame, int offset, int length) {
      byte[] copy = Arrays.copyOfRange(frame, offset, offset + length);
      if (stopped || !queue.offer(new Queued(number, copy, null))) {
        droppedFrames.increment();
        return false;
      }
      receivedFrames.increment();
      receivedOctets.add(length);
      return true;
    }

    PortStatistics statistics() {
      return new PortStatistics(
          receivedFrames.sum(),
          receivedOctets.sum(),
          transmittedFrames.sum(),
          transmittedOctets.sum(),
          droppedFrames.sum());
    }
  }
}
