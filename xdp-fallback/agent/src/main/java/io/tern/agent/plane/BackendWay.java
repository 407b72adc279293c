package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.p4.contract.TernP4.Actions;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * An action of {@code backend} in the octets of {@code struct backend}.
 *
 * @param mode one of the program's
 * @param port of P4Runtime
 * @param udpPort of GUE or NAT, network order
 * @param entropyMask network order
 * @param srcAddr outer source address
 * @param dstAddr outer destination address, or that of NAT
 */
@SuppressWarnings("ArrayRecordComponent") // octets on their way to a map, never compared
record BackendWay(
    int mode,
    int port,
    byte[] dstMac,
    byte[] srcMac,
    byte[] udpPort,
    byte[] entropyMask,
    byte[] srcAddr,
    byte[] dstAddr) {
  private static final int L2 = 1;
  private static final int IPIP_V4 = 2;
  private static final int IPIP_V6 = 3;
  private static final int GUE_V4 = 4;
  private static final int GUE_V6 = 5;
  private static final int NAT_V4 = 6;
  private static final int NAT_V6 = 7;
  private static final int LOCAL = 8;

  private static final int MAC = 6;
  private static final byte[] NONE = {};

  /** Reads an action. */
  static BackendWay of(ActionCall call) {
    return switch (ContractIds.action(call.action())) {
      case Actions.DeliverLocal.ID -> new BackendWay(LOCAL, 0, NONE, NONE, NONE, NONE, NONE, NONE);
      case Actions.ForwardL2.ID -> of(L2, call, NONE, NONE, NONE, NONE);
      case Actions.TunnelIpipV4.ID -> ipip(IPIP_V4, call, 4);
      case Actions.TunnelIpipV6.ID -> ipip(IPIP_V6, call, 16);
      case Actions.TunnelGueV4.ID -> gue(GUE_V4, call, 4);
      case Actions.TunnelGueV6.ID -> gue(GUE_V6, call, 16);
      case Actions.NatV4.ID -> nat(NAT_V4, call, 4);
      case Actions.NatV6.ID -> nat(NAT_V6, call, 16);
      default -> throw Refusal.unimplemented("this device has no action '%s'", call.action());
    };
  }

  private static BackendWay of(
      int mode, ActionCall call, byte[] port, byte[] entropy, byte[] source, byte[] destination) {
    List<BigInteger> arguments = call.arguments();
    return new BackendWay(
        mode,
        arguments.get(0).intValueExact(),
        octets(arguments.get(1), MAC),
        octets(arguments.get(2), MAC),
        port,
        entropy,
        source,
        destination);
  }

  private static BackendWay ipip(int mode, ActionCall call, int length) {
    List<BigInteger> arguments = call.arguments();
    return of(
        mode,
        call,
        NONE,
        octets(arguments.get(5), 2),
        octets(arguments.get(3), length),
        octets(arguments.get(4), length));
  }

  private static BackendWay gue(int mode, ActionCall call, int length) {
    List<BigInteger> arguments = call.arguments();
    return of(
        mode,
        call,
        octets(arguments.get(5), 2),
        NONE,
        octets(arguments.get(3), length),
        octets(arguments.get(4), length));
  }

  private static BackendWay nat(int mode, ActionCall call, int length) {
    List<BigInteger> arguments = call.arguments();
    return of(
        mode, call, octets(arguments.get(4), 2), NONE, NONE, octets(arguments.get(3), length));
  }

  /** The packet stays on this host. */
  boolean isLocal() {
    return mode == LOCAL;
  }

  /** The entry leaves the next hop's MAC address open, and says which address it is for. */
  boolean wantsNextHop() {
    return dstAddr.length > 0 && isZero(dstMac);
  }

  boolean hasSrcMac() {
    return !isZero(srcMac);
  }

  /** The address that packets go to. */
  InetAddress peer() {
    try {
      return InetAddress.getByAddress(dstAddr);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses have 4 or 16 octets", e);
    }
  }

  private static boolean isZero(byte[] octets) {
    for (byte octet : octets) {
      if (octet != 0) {
        return false;
      }
    }
    return true;
  }

  /** A number in network order. */
  static byte[] octets(BigInteger number, int length) {
    byte[] octets = new byte[length];
    for (int i = 0; i < length; i++) {
      octets[i] = number.shiftRight(8 * (length - 1 - i)).byteValue();
    }
    return octets;
  }
}
