package io.tern.agent.conformance;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.agent.AgentOptions;
import io.tern.agent.TestAgents;
import io.tern.agent.TestInterfaces;
import io.tern.agent.XdpAgent;
import io.tern.agent.plane.BpfDataPlane;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.p4.conformance.fixture.Row.Output.PacketIn;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An agent whose program is run by the kernel's test run. What the program passes goes to the
 * host's own network stack, and what the rows have in {@code l2} is played here in its place: so a
 * row says the same of a host as of a switch.
 */
final class HostTarget implements PacketTarget {
  private static final int PORTS = 5;
  private static final int ETHERNET = 14;

  /** What the kernel's test run takes in one piece. */
  private static final int LONGEST = 3400;

  private static final Set<String> SHARED_CELLS =
      Set.of(
          "a DCID whose cell is another's is not remembered, and the other stays known",
          "a 4-tuple whose cell is another's is not remembered, and the other stays known",
          "a cell is free when the time-out of the packet that meets it is over");

  private final TestInterfaces interfaces = new TestInterfaces(PORTS);
  private final AgentOptions options = TestAgents.detached(interfaces.names());
  private final XdpAgent agent = XdpAgent.start(options);
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress(agent.grpcAddress()).usePlaintext().build();
  private DeviceState state = DeviceState.EMPTY;

  HostTarget() throws IOException {}

  @Override
  public Channel p4Runtime() {
    return channel;
  }

  @Override
  public long deviceId() {
    return options.deviceId();
  }

  @Override
  public boolean hasL2() {
    return false;
  }

  @Override
  public DeviceState writtenOf(DeviceState wanted) {
    state = wanted;
    DeviceState written = wanted.without(Tables.L2.ID);
    return new DeviceState(
        written.entries(), java.util.Map.of(), written.cloneSessions(), written.unknownMacsGroup());
  }

  @Override
  public Optional<String> obstacleFor(Row row) {
    if (SHARED_CELLS.contains(row.description())) {
      return Optional.of("two of what is remembered in one cell: this device remembers both");
    }
    for (Row.Step step : row.steps()) {
      for (DeviceEntry entry : step.state().entries()) {
        if (entry.tableId() == Tables.Replica.ID || isReplicating(entry)) {
          return Optional.of("copies of ICMP errors: an XDP program sends one packet for one");
        }
      }
      if (step.outputs().stream()
          .anyMatch(output -> output instanceof PacketIn packetIn && !isSampled(step, packetIn))) {
        return Optional.of("frames to the controller by MAC address: a host has no table l2");
      }
      if (step.input() instanceof Input.PacketOut) {
        return Optional.of("packet-outs: a host sends by its own network stack");
      }
      if (step.input() instanceof Input.Arrives arrives) {
        if (arrives.frame().length() < ETHERNET) {
          return Optional.of("a frame below 14 octets: no driver hands out one");
        }
        if (arrives.frame().length() > LONGEST) {
          return Optional.of("a frame that the kernel's test run does not take");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isSampled(Row.Step step, PacketIn packetIn) {
    return step.state().entries().stream()
        .anyMatch(
            entry ->
                entry.tableId() == Tables.Punt.ID
                    && number(entry.key().get(0)) == packetIn.reason().index());
  }

  private static boolean isReplicating(DeviceEntry entry) {
    return (entry.actionId() == Actions.SetPool.ID
            || entry.actionId() == Actions.SetPoolStateful.ID)
        && number(entry.parameters().get(Actions.SetPool.PARAM_ICMP_GROUP - 1)) != 0;
  }

  private static long number(Octets octets) {
    return new java.math.BigInteger(1, octets.toByteArray()).longValueExact();
  }

  @Override
  public Wire connect() {
    List<Leaves> left = new ArrayList<>();
    return new Wire() {
      @Override
      public void send(int port, Octets frame) {
        agent.test(
            port,
            frame.toByteArray(),
            (egress, octets, offset, length) -> {
              Octets out = Octets.of(Arrays.copyOfRange(octets, offset, offset + length));
              if (egress == BpfDataPlane.HOST) {
                playL2(port, out, left);
              } else {
                left.add(new Leaves(egress, out));
              }
            });
      }

      @Override
      public void await(int count, Duration patience) {
        throw new IllegalStateException("only packet-outs wait");
      }

      @Override
      public List<Leaves> disconnect() {
        return List.copyOf(left);
      }

      @Override
      public void close() {}
    };
  }

  /** What table {@code l2} does in a switch. */
  private void playL2(int ingress, Octets frame, List<Leaves> left) {
    byte[] mac = Arrays.copyOf(frame.toByteArray(), 6);
    for (DeviceEntry entry : state.entries()) {
      if (entry.tableId() == Tables.L2.ID && Arrays.equals(entry.key().get(0).toByteArray(), mac)) {
        switch (entry.actionId()) {
          case Actions.L2Forward.ID ->
              leave((int) number(entry.parameters().get(0)), ingress, frame, left);
          case Actions.L2Flood.ID ->
              flood((int) number(entry.parameters().get(0)), ingress, frame, left);
          default -> {
            // Dropped.
          }
        }
        return;
      }
    }
    if (state.unknownMacsGroup() != 0) {
      flood(state.unknownMacsGroup(), ingress, frame, left);
    }
  }

  private void flood(int group, int ingress, Octets frame, List<Leaves> left) {
    for (DeviceState.Copy copy : state.multicastGroups().getOrDefault(group, List.of())) {
      leave(copy.port(), ingress, frame, left);
    }
  }

  private static void leave(int port, int ingress, Octets frame, List<Leaves> left) {
    if (port != ingress) {
      left.add(new Leaves(port, frame));
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    agent.close();
    try {
      XdpAgent.detach(options);
      interfaces.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
