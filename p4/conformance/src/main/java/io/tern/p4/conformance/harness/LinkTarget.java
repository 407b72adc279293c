package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import io.grpc.Channel;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.p4.conformance.link.Link;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.CounterEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A device that is somewhere else, whose ports are reached by links.
 *
 * <p>No device says when it has sent its last frame. So a row has come to its end when the device
 * has counted what it got, and a marker has come back by each port: a packet-out, which a device
 * does not send before what it had for that port already.
 */
public final class LinkTarget implements PacketTarget {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Octets MARKER_HEADER = Octets.hex("02000000fe7e 02000000fe7f 88b5");
  private static final int MARKER = 64;

  private final Channel p4Runtime;
  private final long deviceId;
  private final P4RuntimeClient client;
  private final Map<Integer, Link> links;

  /** Everything that the device has sent since the row began; guarded by itself. */
  private final List<Leaves> left = new ArrayList<>();

  /**
   * Begins to listen at all links.
   *
   * @param client primary for the device
   * @param links by port; closed with this
   */
  public LinkTarget(
      Channel p4Runtime, long deviceId, P4RuntimeClient client, Map<Integer, Link> links) {
    this.p4Runtime = requireNonNull(p4Runtime, "p4Runtime");
    this.deviceId = deviceId;
    this.client = requireNonNull(client, "client");
    this.links = new TreeMap<>(links);
    this.links.forEach(
        (port, link) ->
            link.start(
                frame -> {
                  synchronized (left) {
                    left.add(new Leaves(port, frame));
                    left.notifyAll();
                  }
                }));
  }

  /**
   * Whether frames come back by every port where they should.
   *
   * @throws IllegalStateException which port is wired wrongly
   */
  public void checkWiring() {
    try (LinkWire wire = new LinkWire()) {
      wire.mark();
    }
  }

  @Override
  public Channel p4Runtime() {
    return p4Runtime;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  @Override
  public Optional<String> obstacleFor(Row row) {
    for (Row.Step step : row.steps()) {
      if (step.input() instanceof Row.Input.Arrives arrives) {
        Optional<String> obstacle = obstacleFor(arrives.port(), arrives.frame());
        if (obstacle.isPresent()) {
          return obstacle;
        }
      }
      for (Row.Output output : step.outputs()) {
        if (output instanceof Leaves leaves) {
          Optional<String> obstacle = obstacleFor(leaves.port(), leaves.frame());
          if (obstacle.isPresent()) {
            return obstacle;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> obstacleFor(int port, Octets frame) {
    return links.containsKey(port)
        ? links.get(port).obstacleFor(frame)
        : Optional.of("a link to port " + port);
  }

  @Override
  public Wire connect() {
    return new LinkWire();
  }

  @Override
  public void close() {
    links.values().forEach(Link::close);
  }

  private long packetsCounted() {
    return client.counter(TernP4.Counters.Reason.ID).stream()
        .map(CounterEntry::getData)
        .mapToLong(data -> data.getPacketCount())
        .sum();
  }

  private final class LinkWire implements Wire {
    private final long countedBefore = packetsCounted();
    private int sent;
    private int markers;

    LinkWire() {
      synchronized (left) {
        left.clear();
      }
    }

    @Override
    public void send(int port, Octets frame) {
      try {
        links.get(port).send(frame);
        sent++;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void await(int count, Duration patience) {
      if (!within(patience, () -> left.size() >= count)) {
        throw new IllegalStateException("not " + count + " frames, but " + left);
      }
    }

    @Override
    public List<Leaves> disconnect() {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      // What is never counted shows in the counters of the row.
      while (packetsCounted() - countedBefore < sent && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      return mark();
    }

    /** What has left before the markers. */
    List<Leaves> mark() {
      Set<Leaves> expected = new HashSet<>();
      for (int port : links.keySet()) {
        Octets marker =
            MARKER_HEADER.then(
                Octets.number(ThreadLocalRandom.current().nextLong(), 8),
                Octets.counting(port, MARKER - MARKER_HEADER.length() - 8));
        expected.add(new Leaves(port, marker));
        client.packetOut(port, marker.toByteArray());
        markers++;
      }
      if (!within(PATIENCE, () -> left.containsAll(expected))) {
        synchronized (left) {
          expected.removeAll(left);
        }
        throw new IllegalStateException(
            "a packet-out does not come back by port "
                + expected.iterator().next().port()
                + ": is its link the far end of that port, and does the device take packet-outs?");
      }
      synchronized (left) {
        return left.stream().filter(frame -> !expected.contains(frame)).toList();
      }
    }

    @Override
    public int packetOuts() {
      return markers;
    }

    @Override
    public void close() {
      // The links stay.
    }

    private boolean within(Duration patience, java.util.function.BooleanSupplier condition) {
      long deadline = System.nanoTime() + patience.toNanos();
      synchronized (left) {
        while (!condition.getAsBoolean()) {
          long milliseconds = (deadline - System.nanoTime()) / 1_000_000;
          if (milliseconds <= 0) {
            return false;
          }
          try {
            left.wait(milliseconds);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
          }
        }
        return true;
      }
    }
  }
}
