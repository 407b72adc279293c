package io.tern.embedded.engine;

import java.util.Arrays;

/**
 * What a packet leaves to be done after it: clones, replicas, resubmissions, recirculations. The
 * jobs are kept and used again for the next packet.
 */
final class JobQueue {
  private static final byte[] NO_FRAME = new byte[0];

  /** A packet that waits for its turn. */
  static final class Job {
    enum Kind {
      /** From the parser on, as the job's metadata say. */
      INGRESS,
      /** To be parsed again, then egress for each replica. */
      INGRESS_CLONE,
      /** Egress with the job's registers, for each replica. */
      EGRESS
    }

    Kind kind = Kind.INGRESS;
    final long[] registers;
    byte[] frame = NO_FRAME;
    int frameOffset;
    int frameEnd;
    int cursor;
    int packetLength;
    int receivedLength;
    int ingressPort;
    int fieldList;
    int instanceType;
    int truncateTo;
    int recirculateFields;

    /** Null for a single packet to {@link #port}. */
    ReplicaList replicas;

    int port;
    private byte[] own = NO_FRAME;

    private Job(int slots) {
      registers = new long[slots];
    }

    /** Keeps a copy of the frame, for when its place is written over. */
    void copyFrame(byte[] from, int length) {
      if (own.length < length) {
        own = new byte[Math.max(length, 2048)];
      }
      System.arraycopy(from, 0, own, 0, length);
      frame = own;
      frameOffset = 0;
      frameEnd = length;
    }
  }

  private final int slots;
  private Job[] jobs = new Job[0];
  private int head;
  private int tail;

  JobQueue(int slots) {
    this.slots = slots;
  }

  /** Frees all jobs: none of their frames is in use any more. */
  void clear() {
    for (int i = 0; i < tail; i++) {
      jobs[i].frame = NO_FRAME;
    }
    head = 0;
    tail = 0;
  }

  boolean isEmpty() {
    return head == tail;
  }

  Job add() {
    if (tail == jobs.length) {
      jobs = Arrays.copyOf(jobs, Math.max(4, jobs.length * 2));
    }
    if (jobs[tail] == null) {
      jobs[tail] = new Job(slots);
    }
    return jobs[tail++];
  }

  Job poll() {
    return jobs[head++];
  }
}
