package io.tern.p4.conformance.link;

import io.tern.p4.conformance.fixture.Octets;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** The far end of one port of a device. */
public interface Link extends AutoCloseable {

  /**
   * Begins to hand every frame that the device sends to {@code receiver}, on a thread of its own.
   */
  void start(Consumer<Octets> receiver);

  /**
   * Sends a frame to the device.
   *
   * @throws IOException if it does not leave
   */
  void send(Octets frame) throws IOException;

  /** Why this frame cannot pass; empty if it can. */
  Optional<String> obstacleFor(Octets frame);

  @Override
  void close();
}
