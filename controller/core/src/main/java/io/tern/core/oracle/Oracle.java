package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.ConnectionId;
import io.tern.core.intent.Device;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Intent;
import io.tern.core.oracle.Decision.Hits;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.DeviceView.VipView;
import io.tern.core.oracle.FlowState.By;
import io.tern.core.oracle.FlowState.Known;
import io.tern.p4.contract.Reason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What must happen to a packet on a device that is right: {@code route(packet) -> decision}.
 *
 * <p>Thread-safe, and bound to what one device has been told. It supposes that all the intent wants
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

  Oracle(DeviceView device) {
    this.device = requireNonNull(device, "device");
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
    return new Oracle(new IntentView(intent, device, algorithms));
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
   * What must happen to a frame that the controller sends by a port (P4Runtime's packet-out): it
   * leaves as it is.
   *
   * @param egressPort a data-plane port, not the controller's
   */
  public Decision packetOut(int egressPort, Frame frame) {
    checkPort("egress", egressPort);
    return new Decision(
        Reason.PACKET_OUT,
        Hits.NONE,
        List.of(new Output(egressPort, frame)),
        Optional.empty(),
        device.copies(Reason.PACKET_OUT));
  }

  private static void checkPort(String what, int port) {
    if (port < 0 || port > DevicePorts.MAX || port == DevicePorts.CONTROLLER) {
      throw new IllegalArgumentException(
          what
              + " port is "
              + port
              + "; it must be 0 to "
              + DevicePorts.MAX
              + " and not "
              + DevicePorts.CONTROLLER);
    }
  }

  /**
   * What must happen to a frame.
   *
   * @param ingressPort where it came in: a data-plane port, not the controller's
   * @param state what the device remembers; this packet is added to it
   * @param micros the device's clock in microseconds, 48 bits
   */
  public Decision route(int ingressPort, Frame frame, FlowState state, long micros) {
    checkPort("ingress", ingressPort);
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
        Optional<VipView> vip = device.vip(tuple.destination(), tuple.destinationPort());
        if (vip.isPresent()) {
          return toVip(vip.get(), ofFlow);
        } else if (ofFlow instanceof Packet.Udp udp) {
          return fromBackend(udp).orElseGet(() -> pass(Reason.NOT_VIP));
        }
      } else if (packet instanceof Packet.EchoRequest request
          && !frame.isToGroup()
          && device.answersEcho(request.ip().destination())) {
        return noVips(Reason.ICMP_ECHO, List.of(new Output(ingressPort, EchoReply.to(request))));
      }
      return pass(Reason.NOT_VIP);
    }

    /** The way back of NAT: the client knows the VIP alone. */
    private Optional<Decision> fromBackend(Packet.Udp udp) {
      return device
          .returnPath(udp.ip().source(), udp.udp().sourcePort())
          .map(
              translation -> {
                ByteBuffer translated = FrameEditor.copyOf(udp.ip());
                translation.ofSource(translated, udp);
                return noVips(
                    Reason.RETURN_PATH,
                    device.layer2().carry(ingressPort, Frame.of(FrameEditor.octets(translated))));
              });
    }

    private Decision pass(Reason reason) {
      return noVips(reason, device.layer2().carry(ingressPort, frame));
    }

    private Decision noVips(Reason reason, List<Output> outputs) {
      return decision(reason, Hits.NONE, outputs, Optional.empty());
    }

    private Decision toVip(VipView vip, Packet.OfFlow packet) {
      PoolView pool = vip.pool();
      boolean isError = packet instanceof Packet.IcmpError;
      // What an error quotes was sent by the server: its own CID is the source there.
      Optional<ConnectionId> cid =
          isError
              ? QuicInvariants.source(packet.payload())
              : QuicInvariants.destination(packet.payload());
      CidLookup.Answer byCid = pool.cids().find(cid);
      Hits hits =
          new Hits(Optional.of(vip.id()), byCid.config(), byCid.server(), OptionalInt.empty());
      if (byCid.backend().isPresent()) {
        int named = byCid.backend().getAsInt();
        Reason reason = isError ? Reason.ICMP_BY_CID : Reason.ROUTED_BY_CID;
        return deliver(reason, hits, migrated(vip, packet, named), named, packet);
      }
      if (vip.steerOnly()) {
        return decision(
            Reason.STEER_LOCAL, hits, device.layer2().carry(ingressPort, frame), Optional.empty());
      }
      return isError
          ? unroutableError((Packet.IcmpError) packet, pool, hits)
          : unroutable((Packet.Udp) packet, cid, byCid.reason(), pool, hits);
    }

    /** The pool, if a balancer without CIDs would have chosen another backend. */
    private Optional<String> migrated(VipView vip, Packet.OfFlow packet, int named) {
      if (vip.steerOnly() || !vip.pool().countMigrated()) {
        return Optional.empty();
      }
      OptionalInt owner = vip.pool().fallback().route(packet.tuple().hash());
      return owner.isPresent() && owner.getAsInt() != named
          ? Optional.of(vip.pool().id())
          : Optional.empty();
    }

    /** Where it went before, or else by the fallback; and so will what follows it. */
    private Decision unroutable(
        Packet.Udp packet, Optional<ConnectionId> cid, Reason why, PoolView pool, Hits hits) {
      OptionalInt byTuple = pool.fallback().route(packet.tuple().hash());
      if (pool.stateTimeout().isEmpty()) {
        return deliverIfAny(why, hits, byTuple, packet);
      }
      long timeoutMicros = micros(pool.stateTimeout().get());
      boolean isLong = QuicInvariants.isLong(packet.payload());
      FlowState.Key key =
          FlowState.Key.of(
              pool.number(),
              cid.filter(any -> isLong || QuicInvariants.hasFixedBit(packet.payload()))
                  .map(ConnectionId::toByteArray)
                  .orElse(new byte[0]),
              isLong,
              packet.tuple().hash());
      Optional<Known> known = state.recall(key, now, timeoutMicros);
      OptionalInt byState = serving(pool, known);
      OptionalInt backend = byState.isPresent() ? byState : byTuple;
      backend.ifPresent(number -> state.remember(key, number, now, timeoutMicros));
      Reason reason = why;
      if (byState.isPresent()) {
        reason = known.get().by() == By.DCID ? Reason.KNOWN_DCID : Reason.KNOWN_TUPLE;
      }
      return deliverIfAny(reason, hits, backend, packet);
    }

    /** Its 4-tuple may be known; it tells nothing new. */
    private Decision unroutableError(Packet.IcmpError packet, PoolView pool, Hits hits) {
      int hash = packet.tuple().hash();
      FlowState.Key key = FlowState.Key.ofTuple(pool.number(), hash);
      OptionalInt byState =
          serving(
              pool,
              pool.stateTimeout().flatMap(timeout -> state.recall(key, now, micros(timeout))));
      if (byState.isEmpty() && pool.errorGroup().isPresent()) {
        return replicated(packet, pool.errorGroup().get(), hits);
      }
      OptionalInt backend = byState.isPresent() ? byState : pool.fallback().route(hash);
      return deliverIfAny(Reason.ICMP_FALLBACK, hits, backend, packet);
    }

    private static OptionalInt serving(PoolView pool, Optional<Known> known) {
      return known.stream().mapToInt(Known::backend).filter(pool.serving()::contains).findFirst();
    }

    private Decision replicated(Packet.IcmpError packet, List<Delivery> group, Hits hits) {
      if (packet.ip().timeToLive() <= 1) {
        return decision(Reason.TTL_EXPIRED, hits, List.of(), Optional.empty());
      }
      List<Output> copies = new ArrayList<>();
      for (Delivery to : group) {
        to.frameFor(packet).ifPresent(copy -> copies.add(new Output(to.port(), copy)));
      }
      return decision(Reason.ICMP_REPLICATED, hits, copies, Optional.empty());
    }

    private Decision deliverIfAny(
        Reason reason, Hits hits, OptionalInt backend, Packet.OfFlow packet) {
      return backend.isPresent()
          ? deliver(reason, hits, Optional.empty(), backend.getAsInt(), packet)
          : decision(Reason.NO_FALLBACK, hits, List.of(), Optional.empty());
    }

    private Decision deliver(
        Reason reason,
        Hits hits,
        Optional<String> migratedPool,
        int backend,
        Packet.OfFlow packet) {
      Hits bound = hits.boundFor(backend);
      Optional<Way> way = device.way(backend);
      if (way.isEmpty()) {
        return decision(Reason.DANGLING_BACKEND, bound, List.of(), migratedPool);
      }
      if (!(way.get() instanceof Delivery to)) {
        return decision(reason, bound, device.layer2().carry(ingressPort, frame), migratedPool);
      }
      if (packet.ip().timeToLive() <= 1) {
        return decision(Reason.TTL_EXPIRED, bound, List.of(), migratedPool);
      }
      return to.frameFor(packet)
          .map(sent -> List.of(new Output(to.port(), sent)))
          .map(outputs -> decision(reason, bound, outputs, migratedPool))
          .orElseGet(() -> decision(Reason.WRONG_FAMILY, bound, List.of(), migratedPool));
    }

    private Decision decision(
        Reason reason, Hits hits, List<Output> outputs, Optional<String> migratedPool) {
      return new Decision(reason, hits, outputs, migratedPool, device.copies(reason));
    }

    private static long micros(Duration duration) {
      return duration.toNanos() / 1000;
    }
  }
}
