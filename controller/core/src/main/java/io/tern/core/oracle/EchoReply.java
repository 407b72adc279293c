package io.tern.core.oracle;

import java.nio.ByteBuffer;

/** What a VIP's address answers to an ICMP echo request (RFC 792, RFC 4443, section 4.2). */
final class EchoReply {
  private EchoReply() {}

  /** To where the request came from; all but addresses, TTL and type is the request's. */
  static Frame to(Packet.EchoRequest request) {
    IpHeader ip = request.ip();
    ByteBuffer frame = FrameEditor.copyOf(ip);
    FrameEditor.swapMacs(frame);
    frame.put(ip.sourceAt(), ip.destination()).put(ip.destinationAt(), ip.source());
    FrameEditor.timeToLive(frame, ip, Headers.INITIAL_TIME_TO_LIVE);
    byte type = (byte) (ip.isV4() ? Headers.ICMP_ECHO_REPLY : Headers.ICMPV6_ECHO_REPLY);
    byte code = frame.get(request.icmpAt() + 1);
    byte[] before = {frame.get(request.icmpAt()), code};
    frame.put(request.icmpAt(), type);
    int checksumAt = request.icmpAt() + 2;
    InternetChecksum.adjust(frame, checksumAt, before, new byte[] {type, code});
    if (ip.isV4() && frame.getShort(checksumAt) == 0) {
      // Of a reply of zeros alone, only the other zero is right; of any other both are.
      frame.putShort(checksumAt, (short) 0xffff);
    }
    return Frame.of(FrameEditor.octets(frame));
  }
}
