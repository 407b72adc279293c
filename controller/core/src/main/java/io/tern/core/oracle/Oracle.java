package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.ConnectionId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Device;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Decision.Copy;
import io.tern.core.oracle.Decision.Hits;
import io.tern.core.oracle.Decision.Output;
import io.tern.p4.contract.Reason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What must happen to a packet on a device that is right: {@code route(packet) -> decision}.
 *
 * <p>Thread-safe, and bound to one intent and one device. It supposes that all the intent wants
 * fits into the device; what the device cannot decode is as if it were not configured. Total: every
 * sequence of octets has a decision.
 *
 * <p>What is not understood passes unharmed by L2, and so do fragments and packets whose lengths
 * lie. UDP to a VIP goes where its DCID says; if that names no backend
 * (draft-ietf-quic-load-balancers, "Unroutable Connection IDs") the 4-tuple decides, or on a
 * steer-only VIP the packet stays where it is. An ICMP error about a packet that a VIP has sent
 * goes after the backend that sent it: the source CID of its long header names it.
 */
public final class Oracle {
  private final DeviceView device;
  private final Layer2 layer2;
  private final Delivery delivery;

  private Oracle(Intent intent, Device device, Set<CidAlgorithm> algorithms) {
    this.device = new DeviceView(intent, device, algorithms);
    this.layer2 = new Layer2(intent, device);
    this.delivery = new Delivery(device);
  }

  /** The oracle of a device that decodes clear text only; see the other method. */
  public static Oracle of(Intent intent, String deviceId) {
    return of(intent, deviceId, Set.of(CidAlgorithm.PLAINTEXT));
  }

  /**
   * The oracle of a device.
   *
   * @param algorithms the CID algorithms that it decodes
   * @throws IllegalArgumentException if the intent has no such device
   */
  public static Oracle of(Intent intent, String deviceId, Set<CidAlgorithm> algorithms) {
    Device device = intent.devices().get(deviceId);
    if (device == null) {
      throw new IllegalArgumentException(
          "the intent of revision " + intent.revision() + " has no device " + deviceId);
    }
    return new Oracle(intent, device, algorithms);
  }

  /**
   * What must happen to a frame on a device that remembers nothing yet.
   *
   * @param ingressPort where it came in: a data-plane port, not the controller's
   */
  public Decision route(int ingressPort, Frame frame) {
    return route(ingressPort, frame, new FlowState(), 0);
  }

  /**
   * What must happen to a frame.
   *
   * @param ingressPort where it came in: a data-plane port, not the controller's
   * @param state what the device remembers; this packet is added to it
   * @param micros the device's clock in microseconds, 48 bits
   */
  public Decision route(int ingressPort, Frame frame, FlowState state, long micros) {
    if (ingressPort < 0 || ingressPort > DevicePorts.MAX || ingressPort == DevicePorts.CONTROLLER) {
      throw new IllegalArgumentException(
          "ingress port is "
              + ingressPort
              + "; it must be 0 to "
              + DevicePorts.MAX
              + " and not "
              + DevicePorts.CONTROLLER);
    }
    requireNonNull(state, "state");
    return new Passage(ingressPort, frame, state, micros).decide();
  }

  /** One packet on its way. */
  private final class Passage {
    private final int ingressPort;
    private final Frame frame;
    private final FlowState state;
    private final long now;

    Passage(int ingressPort, Frame frame, FlowState state, long now) {
      this.ingressPort = ingressPort;
      this.frame = frame;
      this.state = state;
      this.now = now;
    }

    Decision decide() {
      Packet packet = PacketParser.parse(frame);
      if (packet instanceof Packet.Truncated) {
        return noVips(Reason.MALFORMED, List.of());
      } else if (packet instanceof Packet.Malformed) {
        return pass(Reason.MALFORMED);
      } else if (packet instanceof Packet.Fragment) {
        return pass(Reason.FRAGMENT);
      } else if (packet instanceof Packet.Neighbour) {
        return pass(Reason.NEIGHBOUR);
      } else if (packet instanceof Packet.OfFlow ofFlow) {
        FlowTuple tuple = ofFlow.tuple();
        Optional<Vip> vip = device.vip(tuple.destination(), tuple.destinationPort());
        if (vip.isPresent()) {
          return toVip(vip.get(), ofFlow);
        }
      }
      return pass(Reason.NOT_VIP);
    }

    private Decision pass(Reason reason) {
      return noVips(reason, layer2.carry(ingressPort, frame));
    }

    private Decision noVips(Reason reason, List<Output> outputs) {
      return new Decision(reason, Hits.NONE, outputs, Optional.empty(), Copy.NEVER);
    }

    private Decision toVip(Vip vip, Packet.OfFlow packet) {
      PoolView pool = device.pool(vip.poolId());
      boolean error = packet instanceof Packet.IcmpError;
      Optional<ConnectionId> cid =
          error
              ? QuicInvariants.source(packet.payload())
              : QuicInvariants.destination(packet.payload());
      CidLookup.Answer byCid = pool.cids().find(cid);
      Hits hits =
          new Hits(Optional.of(vip.id()), byCid.config(), byCid.server(), OptionalInt.empty());
      Optional<Backend> byTuple =
          vip.steerOnly() ? Optional.empty() : pool.fallback().route(packet.tuple().hash());
      if (byCid.backend().isPresent()) {
        Backend named = byCid.backend().get();
        boolean migrated = byTuple.filter(owner -> owner.number() != named.number()).isPresent();
        return toBackend(
            error ? Reason.ICMP_BY_CID : Reason.ROUTED_BY_CID,
            hits,
            migrated ? Optional.of(pool.pool().id()) : Optional.empty(),
            named,
            pool,
            packet);
      }
      if (vip.steerOnly()) {
        return new Decision(
            Reason.STEER_LOCAL,
            hits,
            layer2.carry(ingressPort, frame),
            Optional.empty(),
            Copy.NEVER);
      }
      Reason reason = error ? Reason.ICMP_FALLBACK : byCid.reason();
      return byTuple
          .map(owner -> toBackend(reason, hits, Optional.empty(), owner, pool, packet))
          .orElseGet(() -> drop(Reason.NO_FALLBACK, hits, Optional.empty()));
    }

    private Decision toBackend(
        Reason reason,
        Hits hits,
        Optional<String> migratedPool,
        Backend backend,
        PoolView pool,
        Packet.OfFlow packet) {
      Hits bound =
          new Hits(
              hits.vip(), hits.cidConfig(), hits.server(), OptionalInt.of(backend.number()));
      if (packet.ip().timeToLive() <= 1) {
        return drop(Reason.TTL_EXPIRED, bound, migratedPool);
      }
      Output output =
          new Output(
              device.portTo(backend).orElseThrow(),
              delivery.frameFor(backend, pool.pool(), packet));
      return new Decision(reason, bound, List.of(output), migratedPool, Copy.NEVER);
    }

    private Decision drop(Reason reason, Hits hits, Optional<String> migratedPool) {
      return new Decision(reason, hits, List.of(), migratedPool, Copy.NEVER);
    }
  }
}
