package io.tern.p4.conformance.harness;

import com.google.protobuf.ByteString;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.conformance.fixture.Row.Output;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.Update;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs rows against one device. Loads Tern's program once; between rows it writes what differs. For
 * one thread.
 */
public final class Conformance implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final PacketTarget target;
  private final P4RuntimeClient client;
  private Set<Entity> written = Set.of();

  /** Becomes primary for the device and loads the program. */
  public Conformance(PacketTarget target) {
    this.target = target;
    this.client = new P4RuntimeClient(target.p4Runtime(), target.deviceId());
    client.loadTern();
  }

  /** Brings the device into a state. */
  public void write(DeviceState state) {
    Set<Entity> wanted = new LinkedHashSet<>(Entities.of(state));
    client.write(
        written.stream().filter(e -> !wanted.contains(e)).map(Conformance::delete).toList());
    client.write(
        wanted.stream().filter(e -> !written.contains(e)).map(Conformance::insert).toList());
    client.write(
        List.of(
            Update.newBuilder()
                .setType(Update.Type.MODIFY)
                .setEntity(Entities.unknownMacs(state))
                .build()));
    written = wanted;
  }

  /** Brings the device into the row's state, gives it the input, and says what it did. */
  public Observation observe(Row row) {
    write(row.state());
    return observing(() -> exchange(row));
  }

  /**
   * Sends frames in one go and says what the device did with all of them together.
   *
   * @param frames of which none may cause a packet-in: those come when they come
   */
  public Observation observe(List<Input.Arrives> frames) {
    return observing(
        () -> {
          try (PacketTarget.Wire wire = target.connect()) {
            frames.forEach(arrives -> wire.send(arrives.port(), arrives.frame()));
            return new ArrayList<>(wire.disconnect());
          }
        });
  }

  private Observation observing(Supplier<List<Output>> exchange) {
    List<CounterEntry> before = client.counter(TernP4.Counters.Reason.ID);
    List<Output> outputs = exchange.get();
    List<CounterEntry> after = client.counter(TernP4.Counters.Reason.ID);

    Map<Reason, Long> packets = new EnumMap<>(Reason.class);
    Map<Reason, Long> octets = new EnumMap<>(Reason.class);
    for (int i = 0; i < after.size(); i++) {
      Reason reason = Reason.ofIndex((int) after.get(i).getIndex().getIndex());
      CounterData now = after.get(i).getData();
      CounterData then = before.get(i).getData();
      if (now.getPacketCount() != then.getPacketCount()) {
        packets.put(reason, now.getPacketCount() - then.getPacketCount());
        octets.put(reason, now.getByteCount() - then.getByteCount());
      }
    }
    return new Observation(outputs, packets, octets);
  }

  /** Packets that have hit an entry of a table with a direct counter. */
  public CounterData hits(DeviceEntry entry) {
    return client.directCounter(Entities.tableEntry(entry));
  }

  private List<Output> exchange(Row row) {
    List<Output> outputs = new ArrayList<>();
    try (PacketTarget.Wire wire = target.connect()) {
      if (row.input() instanceof Input.Arrives arrives) {
        wire.send(arrives.port(), arrives.frame());
      } else if (row.input() instanceof Input.PacketOut packetOut) {
        client.packetOut(packetOut.egressPort(), packetOut.frame().toByteArray());
        wire.await(row.outputs().size(), PATIENCE);
      }
      outputs.addAll(wire.disconnect());
    }
    long packetIns = row.outputs().stream().filter(Output.PacketIn.class::isInstance).count();
    for (long i = 0; i < packetIns; i++) {
      client.packetIn(PATIENCE).ifPresent(packetIn -> outputs.add(output(packetIn)));
    }
    for (Optional<PacketIn> more = client.packetIn(Duration.ZERO);
        more.isPresent();
        more = client.packetIn(Duration.ZERO)) {
      outputs.add(output(more.get()));
    }
    return outputs;
  }

  @Override
  public void close() {
    client.close();
  }

  private static Output output(PacketIn packetIn) {
    int ingressPort = -1;
    for (PacketMetadata metadata : packetIn.getMetadataList()) {
      if (metadata.getMetadataId() == TernP4.ControllerHeaders.PacketIn.METADATA_INGRESS_PORT) {
        ingressPort = number(metadata.getValue());
      }
    }
    return new Output.PacketIn(ingressPort, Octets.of(packetIn.getPayload().toByteArray()));
  }

  private static int number(ByteString bytestring) {
    return new BigInteger(1, bytestring.toByteArray()).intValueExact();
  }

  private static Update insert(Entity entity) {
    return Update.newBuilder().setType(Update.Type.INSERT).setEntity(entity).build();
  }

  private static Update delete(Entity entity) {
    return Update.newBuilder().setType(Update.Type.DELETE).setEntity(entity).build();
  }
}
