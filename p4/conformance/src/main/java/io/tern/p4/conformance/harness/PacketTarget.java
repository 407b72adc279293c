package io.tern.p4.conformance.harness;

import io.grpc.Channel;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A device under test: its P4Runtime server, and the far ends of its ports. */
public interface PacketTarget extends AutoCloseable {

  /** Where the P4Runtime server is. */
  Channel p4Runtime();

  /** What the P4Runtime server calls the device. */
  long deviceId();

  /** What the row wants and this way to the ports does not have; empty if it has everything. */
  default Optional<String> obstacleFor(Row row) {
    return Optional.empty();
  }

  /**
   * What of a state is written to the device; told of each state before its frames come. A device
   * that leaves something to what is behind it has the target play that.
   */
  default DeviceState writtenOf(DeviceState state) {
    return state;
  }

  /** Whether the device has ports of its own: forwards by MAC address, takes packet-outs. */
  default boolean hasL2() {
    return true;
  }

  /** Connects to the ports, from when on no frame is lost; one connection at a time. */
  Wire connect();

  @Override
  void close();

  /** The far ends of all ports. */
  interface Wire extends AutoCloseable {
    /** Sends a frame into a port. */
    void send(int port, Octets frame);

    /**
     * Waits until that many frames have left the device, in all.
     *
     * @throws IllegalStateException if they do not within {@code patience}
     */
    void await(int count, Duration patience);

    /** Disconnects; every frame that left, after everything that was sent has been processed. */
    List<Leaves> disconnect();

    /** Packet-outs that this has caused itself. */
    default int packetOuts() {
      return 0;
    }

    /** Disconnects, whatever has become of the frames. */
    @Override
    void close();
  }
}
