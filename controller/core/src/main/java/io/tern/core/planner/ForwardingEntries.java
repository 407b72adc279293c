package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Device;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.MacAddress;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a device reaches the backends of a pool: entries of {@code backend}, and those of {@code
 * replica}, whose actions are the same without the port. Their parameters' order is known here and
 * nowhere else.
 */
final class ForwardingEntries {
  private static final Bits ORIGINAL_SOURCE_MAC = Bits.of(0);

  private final Forwarding forwarding;
  private final Device device;

  ForwardingEntries(Forwarding forwarding, Device device) {
    this.forwarding = forwarding;
    this.device = device;
  }

  /** "IP-in-IP". */
  String mode() {
    if (forwarding instanceof Forwarding.IpIp) {
      return "IP-in-IP";
    } else if (forwarding instanceof Forwarding.Gue) {
      return "GUE";
    }
    return forwarding instanceof Forwarding.Nat ? "NAT" : "L2";
  }

  boolean isTunnel() {
    return forwarding instanceof Forwarding.IpIp || forwarding instanceof Forwarding.Gue;
  }

  /** The action of {@code backend} for backends of an address family. */
  int backendAction(boolean v6) {
    if (forwarding instanceof Forwarding.IpIp) {
      return v6 ? Actions.TunnelIpipV6.ID : Actions.TunnelIpipV4.ID;
    } else if (forwarding instanceof Forwarding.Gue) {
      return v6 ? Actions.TunnelGueV6.ID : Actions.TunnelGueV4.ID;
    } else if (forwarding instanceof Forwarding.Nat) {
      return v6 ? Actions.NatV6.ID : Actions.NatV4.ID;
    }
    return Actions.ForwardL2.ID;
  }

  /** The action of {@code replica} for backends of an address family. */
  int replicaAction(boolean v6) {
    if (forwarding instanceof Forwarding.IpIp) {
      return v6 ? Actions.ReplicateIpipV6.ID : Actions.ReplicateIpipV4.ID;
    } else if (forwarding instanceof Forwarding.Gue) {
      return v6 ? Actions.ReplicateGueV6.ID : Actions.ReplicateGueV4.ID;
    } else if (forwarding instanceof Forwarding.Nat) {
      return v6 ? Actions.ReplicateNatV6.ID : Actions.ReplicateNatV4.ID;
    }
    return Actions.ReplicateL2.ID;
  }

  /** Where tunnels to backends of an address family begin. */
  Optional<InetAddress> tunnelSource(boolean v6) {
    return v6 ? device.tunnelSourceV6() : device.tunnelSourceV4();
  }

  /** The device must have a tunnel source of the backend's family if {@link #isTunnel()}. */
  TableEntry backend(Backend backend, int port) {
    List<Bits> params = new ArrayList<>();
    params.add(Bits.of(port));
    params.addAll(way(backend));
    return new TableEntry(
        new TableEntry.Key(Tables.Backend.ID, List.of(Bits.of(backend.number()))),
        new Action(backendAction(backend.endpoint().isV6()), params));
  }

  /** As {@link #backend}, for a copy that the replication engine sent to the port. */
  TableEntry replica(Backend backend, int instance) {
    return new TableEntry(
        new TableEntry.Key(Tables.Replica.ID, List.of(Bits.of(instance))),
        new Action(replicaAction(backend.endpoint().isV6()), way(backend)));
  }

  private List<Bits> way(Backend backend) {
    List<Bits> params = new ArrayList<>();
    params.add(Bits.of(backend.nextHop().mac().value()));
    params.add(device.mac().map(MacAddress::value).map(Bits::of).orElse(ORIGINAL_SOURCE_MAC));
    Bits address = Bits.of(backend.endpoint().address().getAddress());
    if (isTunnel()) {
      params.add(Bits.of(tunnelSource(backend.endpoint().isV6()).orElseThrow().getAddress()));
      params.add(address);
    }
    if (forwarding instanceof Forwarding.IpIp ipIp) {
      params.add(Bits.of(ipIp.sourceEntropyMask()));
    } else if (forwarding instanceof Forwarding.Gue gue) {
      params.add(Bits.of(gue.port()));
    } else if (forwarding instanceof Forwarding.Nat) {
      params.add(address);
      params.add(Bits.of(backend.endpoint().port()));
    }
    return params;
  }
}
