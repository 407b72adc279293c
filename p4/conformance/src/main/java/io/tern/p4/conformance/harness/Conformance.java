package io.tern.p4.conformance.harness;

import com.google.protobuf.ByteString;
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
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs rows against one device that has Tern's program. Between steps it writes what differs. For
 * one thread.
 */
public final class Conformance implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final PacketTarget target;
  private final P4RuntimeClient client;
  private final DeviceProgram program;
  private Set<Entity> written = Set.of();

  /** Becomes primary for the device and loads the program. */
  public Conformance(PacketTarget target) {
    this(target, withTern(new P4RuntimeClient(target.p4Runtime(), target.deviceId())));
  }

  private static P4RuntimeClient withTern(P4RuntimeClient client) {
    client.loadTern();
    return client;
  }

  /** For a device that has the program already, and no entries; {@code client} is closed here. */
  public Conformance(PacketTarget target, P4RuntimeClient client) {
    this.target = target;
    this.client = client;
    this.program =
        new DeviceProgram(
            client
                .p4Info()
                .orElseThrow(() -> new IllegalStateException("the device has no program")));
  }

  /** Brings the device into a state. */
  public void write(DeviceState state) {
    Set<Entity> wanted = new LinkedHashSet<>(Entities.of(target.writtenOf(state)));
    client.write(
        written.stream().filter(e -> !wanted.contains(e)).map(Conformance::delete).toList());
    client.write(
        wanted.stream().filter(e -> !written.contains(e)).map(Conformance::insert).toList());
    if (target.hasL2()) {
      client.write(
          List.of(
              Update.newBuilder()
                  .setType(Update.Type.MODIFY)
                  .setEntity(Entities.unknownMacs(state))
                  .build()));
    }
    written = wanted;
  }

  /** Plays the row; where the device differs from it, a line each. Stops at such a step. */
  public List<String> differencesFrom(Row row) {
    for (int i = 0; i < row.steps().size(); i++) {
      List<String> differences = differencesFrom(row.steps().get(i));
      if (!differences.isEmpty()) {
        String step = row.steps().size() == 1 ? "" : "step " + (i + 1) + ": ";
        return differences.stream().map(difference -> step + difference).toList();
      }
    }
    return List.of();
  }

  private List<String> differencesFrom(Row.Step step) {
    if (!step.counts().checked()) {
      return observe(step).differencesFrom(step);
    }
    write(step.state());
    Counters before = Counters.read(client, program);
    List<String> differences = new ArrayList<>(observe(step).differencesFrom(step));
    int octets = step.input() instanceof Input.Arrives arrives ? arrives.frame().length() : 0;
    differences.addAll(
        Counters.differences(before, Counters.read(client, program), step.counts(), octets));
    return differences;
  }

  /** Brings the device into the step's state, gives it the input, and says what it did. */
  public Observation observe(Row.Step step) {
    write(step.state());
    return observing(() -> exchange(step));
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
            List<Output> outputs = new ArrayList<>(wire.disconnect());
            return new Exchange(outputs, wire.packetOuts());
          }
        });
  }

  /**
   * @param packetOuts that were not the row's
   */
  private record Exchange(List<Output> outputs, int packetOuts) {}

  private Observation observing(Supplier<Exchange> exchange) {
    List<CounterEntry> before = client.counter(TernP4.Counters.Reason.ID);
    Exchange done = exchange.get();
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
    if (done.packetOuts() > 0) {
      packets.merge(Reason.PACKET_OUT, (long) -done.packetOuts(), Long::sum);
      if (packets.get(Reason.PACKET_OUT) == 0) {
        packets.remove(Reason.PACKET_OUT);
        octets.remove(Reason.PACKET_OUT);
      }
    }
    return new Observation(done.outputs(), packets, octets);
  }

  private Exchange exchange(Row.Step step) {
    List<Output> outputs = new ArrayList<>();
    int packetOuts;
    long packetIns = step.outputs().stream().filter(Output.PacketIn.class::isInstance).count();
    try (PacketTarget.Wire wire = target.connect()) {
      if (step.input() instanceof Input.Arrives arrives) {
        wire.send(arrives.port(), arrives.frame());
      } else if (step.input() instanceof Input.PacketOut packetOut) {
        client.packetOut(packetOut.egressPort(), packetOut.frame().toByteArray());
        wire.await((int) (step.outputs().size() - packetIns), PATIENCE);
      }
      outputs.addAll(wire.disconnect());
      packetOuts = wire.packetOuts();
    }
    boolean takesPacketOuts = target.hasL2();
    (takesPacketOuts ? client.packetIns() : client.packetIns((int) packetIns))
        .forEach(packetIn -> outputs.add(output(packetIn)));
    return new Exchange(outputs, packetOuts + (takesPacketOuts ? 1 : 0));
  }

  /** Takes away everything that was written. */
  public void clear() {
    write(DeviceState.EMPTY);
  }

  @Override
  public void close() {
    client.close();
  }

  private static Output output(PacketIn packetIn) {
    int ingressPort = -1;
    Reason reason = null;
    for (PacketMetadata metadata : packetIn.getMetadataList()) {
      int value = number(metadata.getValue());
      switch (metadata.getMetadataId()) {
        case TernP4.ControllerHeaders.PacketIn.METADATA_INGRESS_PORT -> ingressPort = value;
        case TernP4.ControllerHeaders.PacketIn.METADATA_REASON -> reason = Reason.ofIndex(value);
        default -> {
          // Padding.
        }
      }
    }
    return new Output.PacketIn(ingressPort, reason, Octets.of(packetIn.getPayload().toByteArray()));
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
