package io.tern.embedded.engine;

import java.util.Arrays;
import java.util.zip.CRC32;

/** All that a packet needs on its way; reused for the next one. Belongs to one thread at a time. */
final class PacketContext {
  static final int NO_SESSION = -1;

  private static final byte[] NO_FRAME = new byte[0];

  /** The register file, see {@link Layout}. */
  final long[] r;

  /** Intermediate results of wide expressions. */
  final long[] scratch;

  /** Key of a table lookup, and the same under a prefix. */
  final long[] key;

  final long[] maskedKey;

  final CRC32 crc32 = new CRC32();
  final JobQueue jobs;

  /** Arguments of the running action. */
  long[] args = new long[0];

  /** Where the running action goes on, or negative. */
  int jump;

  /** The frame under way: what the parser sees. */
  byte[] frame = NO_FRAME;

  int frameOffset;
  int frameEnd;

  /** Absolute position of the first octet that the parser has not consumed. */
  int cursor;

  int parserError;
  boolean checksumError;

  /** Octets of the frame as it was received, for counters and meters. */
  int receivedLength;

  /** The length with the headers that were added and removed since. */
  int packetLength;

  int ingressPort;
  boolean exit;
  boolean failed;
  int cloneSession = NO_SESSION;
  int cloneFields;
  int resubmitFields;
  int recirculateFields;
  int digest;
  int truncateTo = Integer.MAX_VALUE;

  /** Passes through a pipeline that this packet has caused so far. */
  int passes;

  DataPlane.PacketOut out;
  byte[] output = new byte[2048];
  byte[] hashInput = new byte[256];

  PacketContext(int slots, int scratch, int keyLimbs) {
    this.r = new long[slots];
    this.scratch = new long[scratch];
    this.key = new long[keyLimbs];
    this.maskedKey = new long[keyLimbs];
    this.jobs = new JobQueue(slots);
  }

  /** Lets go of what belongs to the caller. */
  void release() {
    out = null;
    frame = NO_FRAME;
    jobs.clear();
  }

  /** Forgets what the last pass asked for. */
  void clearRequests() {
    exit = false;
    failed = false;
    cloneSession = NO_SESSION;
    cloneFields = 0;
    resubmitFields = 0;
    recirculateFields = 0;
    digest = 0;
    truncateTo = Integer.MAX_VALUE;
  }

  byte[] output(int octets) {
    if (output.length < octets) {
      output = new byte[Math.max(octets, output.length * 2)];
    }
    return output;
  }

  byte[] hashInput(int octets) {
    if (hashInput.length < octets) {
      hashInput = Arrays.copyOf(hashInput, Math.max(octets, hashInput.length * 2));
    }
    return hashInput;
  }
}
