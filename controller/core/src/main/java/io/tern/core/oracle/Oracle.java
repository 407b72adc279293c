package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.QuicLbDecoder;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.DevicePorts;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import io.tern.p4.contract.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * What must happen to a packet on a device that is right: {@code route(packet) -> decision}.
 *
 * <p>Pure, thread-safe, and bound to one intent and one device. It supposes that all the intent
 * wants fits into the device; what the device cannot decode is as if it were not configured. Total:
 * every sequence of octets has a decision.
 *
 * <p>What is not understood passes unharmed: everything but UDP to a VIP goes by L2, and so do
 * fragments and packets whose lengths lie. UDP to a VIP goes where its DCID says; if that names no
 * backend (draft-ietf-quic-load-balancers, "Unroutable Connection IDs") the 4-tuple decides, or on
 * a steer-only VIP the packet stays where it is.
 */
public final class Oracle {
  private final Intent intent;
  private final Device device;
  private final Set<CidAlgorithm> algorithms;

  /** By pool: the one thing that is too slow to do again for each packet. */
  private final Map<String, Fallback> fallbacks = new ConcurrentHashMap<>();

  /** Who shares the fallback of a pool; {@code owners} in the order of the table's members. */
  private record Fallback(MaglevTable table, List<Backend> owners) {}

  private Oracle(Intent intent, Device device, Set<CidAlgorithm> algorithms) {
    this.intent = intent;
    this.device = device;
    this.algorithms = Set.copyOf(algorithms);
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
   * What must happen to a frame.
   *
   * @param ingressPort where it came in: a data-plane port, not the controller's
   */
  public Decision route(int ingressPort, Frame frame) {
    if (ingressPort < 0 || ingressPort > DevicePorts.MAX || ingressPort == DevicePorts.CONTROLLER) {
      throw new IllegalArgumentException(
          "ingress port is "
              + ingressPort
              + "; it must be 0 to "
              + DevicePorts.MAX
              + " and not "
              + DevicePorts.CONTROLLER);
    }
    Packet packet = Packet.parse(frame.toByteArray());
    if (packet instanceof Packet.Truncated) {
      return new Decision.Drop(Reason.MALFORMED);
    } else if (packet instanceof Packet.Malformed) {
      return passL2(Reason.MALFORMED, ingressPort, frame);
    } else if (packet instanceof Packet.Fragment) {
      return passL2(Reason.FRAGMENT, ingressPort, frame);
    } else if (packet instanceof Packet.Udp udp) {
      Optional<Vip> vip = vipOf(udp);
      if (vip.isPresent()) {
        return toVip(vip.get(), udp, ingressPort, frame);
      }
    }
    return passL2(Reason.NOT_VIP, ingressPort, frame);
  }

  private Decision toVip(Vip vip, Packet.Udp udp, int ingressPort, Frame frame) {
    Pool pool = intent.pools().get(vip.poolId());
    Optional<ConnectionId> cid = QuicInvariants.destination(udp.payload());
    Reason reason;
    if (cid.isEmpty()) {
      reason = Reason.NOT_QUIC;
    } else {
      List<CidConfig> configs = decodable(pool);
      Decoded decoded =
          new QuicLbDecoder(configs.stream().map(CidConfig::quicLb).toList()).decode(cid.get());
      if (decoded instanceof Decoded.Routable routable) {
        Optional<Backend> backend = backendNamed(pool, routable);
        if (backend.isPresent()) {
          return forward(Reason.ROUTED_BY_CID, backend.get(), udp, frame);
        }
        reason = Reason.FALLBACK_UNKNOWN_SERVER;
      } else {
        reason =
            switch (((Decoded.Unroutable) decoded).reason()) {
              case UNKNOWN_CODEPOINT -> Reason.FALLBACK_UNKNOWN_CODEPOINT;
              case TOO_SHORT -> Reason.FALLBACK_CID_TOO_SHORT;
            };
      }
    }
    if (vip.steerOnly()) {
      return passL2(Reason.STEER_LOCAL, ingressPort, frame);
    }
    Fallback fallback = fallbacks.computeIfAbsent(pool.id(), id -> fallback(pool));
    if (fallback.owners().isEmpty()) {
      return new Decision.Drop(Reason.NO_FALLBACK);
    }
    int slot = hash(udp) & (pool.fallbackSlots() - 1);
    Backend owner = fallback.owners().get(fallback.table().ownerIndex(slot));
    return forward(reason, owner, udp, frame);
  }

  /** The VIP that a datagram is for, if the device serves its pool. */
  private Optional<Vip> vipOf(Packet.Udp udp) {
    return intent.vips().values().stream()
        .filter(vip -> Arrays.equals(vip.endpoint().address().getAddress(), udp.destination()))
        .filter(vip -> vip.endpoint().port() == udp.destinationPort())
        .filter(vip -> serves(vip.poolId()))
        .findFirst();
  }

  /** A device that reaches no backend of a pool leaves the pool's packets to others. */
  private boolean serves(String poolId) {
    var backends = intent.backendsOf(poolId).values();
    return backends.isEmpty() || backends.stream().anyMatch(b -> portTo(b).isPresent());
  }

  private List<CidConfig> decodable(Pool pool) {
    return intent.cidConfigsOf(pool.id()).values().stream()
        .filter(config -> algorithms.contains(config.quicLb().algorithm()))
        .toList();
  }

  private Optional<Backend> backendNamed(Pool pool, Decoded.Routable cid) {
    CidConfig config = intent.cidConfigs().get(new CidConfigKey(pool.id(), cid.codepoint()));
    ServerId serverId = cid.serverId();
    return intent.backendsOf(pool.id()).values().stream()
        .filter(backend -> backend.state() != Backend.State.DRAINED)
        .filter(backend -> portTo(backend).isPresent())
        .filter(backend -> serverId.equals(backend.serverIds().get(config.sidSpace())))
        .findFirst();
  }

  private Fallback fallback(Pool pool) {
    List<Backend> owners =
        intent.backendsOf(pool.id()).values().stream()
            .filter(backend -> backend.state() == Backend.State.ACTIVE)
            .filter(backend -> portTo(backend).isPresent())
            .toList();
    // Sorted by ID, and so by the names that the table sorts its members by.
    return new Fallback(
        MaglevTable.of(
            pool.fallbackSlots(),
            owners.stream().map(b -> new Member(pool.id() + "/" + b.id(), b.weight())).toList()),
        owners);
  }

  /** CRC-32 as in zlib: source address, destination address, source port, destination port. */
  private static int hash(Packet.Udp udp) {
    ByteBuffer tuple =
        ByteBuffer.allocate(2 * udp.source().length + 4)
            .put(udp.source())
            .put(udp.destination())
            .putShort((short) udp.sourcePort())
            .putShort((short) udp.destinationPort());
    CRC32 crc = new CRC32();
    crc.update(tuple.flip());
    return (int) crc.getValue();
  }

  private Decision forward(Reason reason, Backend backend, Packet.Udp udp, Frame frame) {
    if (udp.timeToLive() <= 1) {
      return new Decision.Drop(Reason.TTL_EXPIRED);
    }
    ByteBuffer out = ByteBuffer.wrap(frame.toByteArray());
    putMac(out, 0, backend.nextHop().mac());
    device.mac().ifPresent(mac -> putMac(out, 6, mac));
    if (udp.isV4()) {
      int ttlAt = Packet.ETHERNET + 8;
      int checksumAt = Packet.ETHERNET + 10;
      int before = out.getShort(ttlAt) & 0xffff;
      out.put(ttlAt, (byte) (udp.timeToLive() - 1));
      int after = out.getShort(ttlAt) & 0xffff;
      // RFC 1624, equation 3; incremental, so that a wrong checksum stays wrong.
      int sum = (~out.getShort(checksumAt) & 0xffff) + (~before & 0xffff) + after;
      sum = (sum & 0xffff) + (sum >>> 16);
      sum = (sum & 0xffff) + (sum >>> 16);
      out.putShort(checksumAt, (short) ~sum);
    } else {
      out.put(Packet.ETHERNET + 7, (byte) (udp.timeToLive() - 1));
    }
    return new Decision.Forward(
        reason, backend.number(), portTo(backend).orElseThrow(), Frame.of(out.array()));
  }

  private static void putMac(ByteBuffer out, int offset, MacAddress mac) {
    out.putShort(offset, (short) (mac.value() >>> 32)).putInt(offset + 2, (int) mac.value());
  }

  private Decision passL2(Reason reason, int ingressPort, Frame frame) {
    ByteBuffer in = ByteBuffer.wrap(frame.toByteArray());
    long destination = (in.getShort(0) & 0xffffL) << 32 | (in.getInt(2) & 0xffff_ffffL);
    for (Map.Entry<MacAddress, Integer> station : device.stations().entrySet()) {
      if (station.getKey().value() == destination) {
        return new Decision.PassL2(reason, new TreeSet<>(Set.of(station.getValue())));
      }
    }
    NavigableSet<Integer> flooded = new TreeSet<>(device.stations().values());
    intent.backends().values().forEach(backend -> portTo(backend).ifPresent(flooded::add));
    flooded.remove(ingressPort);
    return new Decision.PassL2(reason, flooded);
  }

  private Optional<Integer> portTo(Backend backend) {
    return Optional.ofNullable(backend.nextHop().portByDevice().get(device.id()));
  }
}
