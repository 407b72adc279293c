package io.tern.agent.neighbour;

import static java.util.Objects.requireNonNull;

import io.tern.libbpf.BpfException;
import io.tern.libbpf.NetlinkSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when interfaces, neighbours or routes have changed, and now and then in any case. It says
 * not what: whoever is told looks.
 */
public final class NetworkWatcher implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(NetworkWatcher.class);

  /** RTMGRP_LINK, _NEIGH, _IPV4_ROUTE, _IPV6_ROUTE. */
  private static final int GROUPS = 1 | 4 | 0x40 | 0x400;

  /** Changes come in crowds; one look is enough for those of this time. */
  private static final Duration CROWD = Duration.ofMillis(20);

  /** However long a crowd is: where neighbours never rest somebody still looks. */
  private static final Duration LONGEST_CROWD = Duration.ofMillis(200);

  private static final Duration TURN = Duration.ofMillis(500);
  private static final int ENOBUFS = 105;

  private final NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE, GROUPS);
  private final Runnable changed;
  private final Runnable periodically;
  private final Duration period;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to watch.
   *
   * @param changed called by a thread of its own, one call at a time
   * @param periodically the same, each {@code period} in which nothing changed
   */
  public NetworkWatcher(Runnable changed, Runnable periodically, Duration period) {
    this.changed = requireNonNull(changed, "changed");
    this.periodically = requireNonNull(periodically, "periodically");
    this.period = requireNonNull(period, "period");
    this.thread = new Thread(this::watch, "agent network");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    long last = System.nanoTime();
    while (!closed) {
      try {
        boolean news = awaitNews();
        if (closed) {
          return;
        }
        if (news) {
          changed.run();
        }
        if (System.nanoTime() - last >= period.toNanos()) {
          last = System.nanoTime();
          periodically.run();
        }
      } catch (RuntimeException e) {
        logger.error("A change of the network could not be followed", e);
      }
    }
  }

  /** Waits for a turn's length; true if something has changed. */
  private boolean awaitNews() {
    try {
      if (!matters(socket.receive(TURN))) {
        return false;
      }
      long begin = System.nanoTime();
      while (socket.receive(CROWD).capacity() > 0
          && System.nanoTime() - begin < LONGEST_CROWD.toNanos()) {
        // One look is for all of them.
      }
    } catch (BpfException e) {
      if (e.errno() != ENOBUFS) {
        throw e;
      }
      logger.debug("More of the network has changed than there was room for");
    }
    return true;
  }

  private static boolean matters(ByteBuffer datagram) {
    return datagram.capacity() >= RouteMessage.HEADER
        && datagram.getShort(4) >= RouteMessage.NEW_LINK;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    socket.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
