package io.tern.xdp;

import java.util.Arrays;

/**
 * Whether a frame is Tern's on the device of {@link Tables}: to a VIP, an error about what a VIP's
 * server sent, from a backend behind NAT, in a tunnel that ends here, or an echo request that is
 * answered. Written from docs/p4.md, and not from the program: whatever this says is not Tern's has
 * to pass unchanged.
 */
final class Ownership {
  /** Offset of the UDP payload of a packet to a VIP, for looking at what must not change; or -1. */
  private int payload = -1;

  private final byte[] frame;

  private Ownership(byte[] frame) {
    this.frame = frame;
  }

  static boolean isOurs(byte[] frame) {
    return new Ownership(frame).atEthernet();
  }

  /** Of a UDP packet to a VIP that is in no tunnel: where its payload begins; otherwise -1. */
  static int vipPayload(byte[] frame) {
    Ownership ownership = new Ownership(frame);
    return ownership.atEthernet() ? ownership.payload : -1;
  }

  private boolean atEthernet() {
    int at = 12;
    for (int tags = 0; tags <= 2; tags++) {
      if (frame.length < at + 2) {
        return false;
      }
      int type = u16(at);
      if (type == 0x0800) {
        return atIpv4(at + 2);
      }
      if (type == 0x86dd) {
        return atIpv6(at + 2);
      }
      if (type != 0x8100 && (type != 0x88a8 || tags != 0)) {
        return false;
      }
      at += 4;
    }
    return false;
  }

  private boolean atIpv4(int at) {
    if (frame.length < at + 20 || u8(at) >> 4 != 4) {
      return false;
    }
    int header = (u8(at) & 15) * 4;
    int total = u16(at + 2);
    if (header < 20 || total < header || at + total > frame.length || (u16(at + 6) & 0x3fff) != 0) {
      return false;
    }
    return atPayload(u8(at + 9), at + header, at + total, octets(at + 12, 4), octets(at + 16, 4));
  }

  private boolean atIpv6(int at) {
    if (frame.length < at + 40 || u8(at) >> 4 != 6 || at + 40 + u16(at + 4) > frame.length) {
      return false;
    }
    int end = at + 40 + u16(at + 4);
    int next = u8(at + 6);
    int header = at + 40;
    for (int extensions = 0; isExtension(next); extensions++) {
      if (extensions == 4 || end < header + 8) {
        return false;
      }
      int length = next == 44 ? 8 : 8 + 8 * u8(header + 1);
      boolean wrong =
          header + length > end
              || (next == 43 && u8(header + 3) != 0)
              || (next == 44 && (u16(header + 2) & 0xfff9) != 0);
      if (wrong) {
        return false;
      }
      next = u8(header);
      header += length;
    }
    return atPayload(next, header, end, octets(at + 8, 16), octets(at + 24, 16));
  }

  private static boolean isExtension(int next) {
    return next == 0 || next == 43 || next == 44 || next == 60;
  }

  private boolean atPayload(int protocol, int at, int end, byte[] src, byte[] dst) {
    boolean ipv4 = src.length == 4;
    if (protocol == 17) {
      if (end < at + 8 || u16(at + 4) < 8 || at + u16(at + 4) > end) {
        return false;
      }
      if (isVip(dst, u16(at + 2))) {
        payload = at + 8;
        return true;
      }
      return (isTunnelEnd(dst) && u16(at + 2) == Tables.GUE_PORT)
          || (u16(at) == Tables.BACKEND_PORT
              && (Arrays.equals(src, Tables.BACKEND_V4) || Arrays.equals(src, Tables.BACKEND_V6)));
    }
    if (protocol == 4 || protocol == 41) {
      return isTunnelEnd(dst);
    }
    if (protocol != (ipv4 ? 1 : 58) || end < at + 8) {
      return false;
    }
    int type = u8(at);
    if (type == (ipv4 ? 8 : 128)) {
      return Arrays.equals(dst, ipv4 ? Tables.VIP_V4 : Tables.VIP_V6);
    }
    boolean error = ipv4 ? (type == 3 || type == 11 || type == 12) : (type >= 1 && type <= 4);
    return error && quotesVip(at + 8, end, dst);
  }

  private boolean quotesVip(int at, int end, byte[] dst) {
    boolean ipv4 = dst.length == 4;
    if (end < at + (ipv4 ? 20 : 40) || u8(at) >> 4 != (ipv4 ? 4 : 6)) {
      return false;
    }
    int header = ipv4 ? (u8(at) & 15) * 4 : 40;
    boolean udp =
        ipv4 ? header >= 20 && (u16(at + 6) & 0x1fff) == 0 && u8(at + 9) == 17 : u8(at + 6) == 17;
    return udp
        && end >= at + header + 8
        && Arrays.equals(octets(at + (ipv4 ? 12 : 8), dst.length), dst)
        && isVip(dst, u16(at + header));
  }

  private static boolean isVip(byte[] address, int port) {
    return port == Tables.VIP_PORT
        && (Arrays.equals(address, Tables.VIP_V4)
            || Arrays.equals(address, Tables.STEER_ONLY_V4)
            || Arrays.equals(address, Tables.STATEFUL_V4)
            || Arrays.equals(address, Tables.VIP_V6));
  }

  private static boolean isTunnelEnd(byte[] address) {
    return Arrays.equals(address, Tables.TUNNEL_V4) || Arrays.equals(address, Tables.TUNNEL_V6);
  }

  private int u8(int at) {
    return frame[at] & 0xff;
  }

  private int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  private byte[] octets(int at, int length) {
    return Arrays.copyOfRange(frame, at, at + length);
  }
}
