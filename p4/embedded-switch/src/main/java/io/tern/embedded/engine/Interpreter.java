package io.tern.embedded.engine;

import io.tern.embedded.bmv2.FieldList;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.StandardMetadata;
import io.tern.embedded.engine.DataPlane.PacketOut;
import io.tern.embedded.engine.JobQueue.Job;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes packets through parser, ingress, replication, egress and deparser as simple_switch does.
 *
 * <p>Where simple_switch puts a packet into a queue, it waits here until the packet before it has
 * left, so what comes out has the order of the queues.
 */
final class Interpreter {
  /** The egress port of a packet that is to be dropped. */
  static final int DROP_PORT = 511;

  /** Passes through a pipeline that one received packet can cause; the rest is dropped. */
  static final int MAX_PASSES = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(Interpreter.class);

  private static final int NORMAL = 0;
  private static final int INGRESS_CLONE = 1;
  private static final int EGRESS_CLONE = 2;
  private static final int RECIRCULATED = 4;
  private static final int REPLICATION = 5;
  private static final int RESUBMITTED = 6;

  private final Components components;
  private final Layout layout;
  private final ReplicationEngine replication;
  private final CompiledParser parser;
  private final CompiledChecksums checksums;
  private final CompiledDeparser deparser;
  private final ControlNode ingress;
  private final ControlNode egress;
  private final CopiedFields[] fieldLists;
  private final long startNanos;
  private final AtomicBoolean overrunTold = new AtomicBoolean();

  private final Place ingressPort;
  private final Place egressSpec;
  private final Place egressPort;
  private final Place packetLength;
  private final Place instanceType;
  private final Place parserError;
  private final Place checksumError;
  private final Place multicastGroup;
  private final Place replicaId;
  private final Place ingressTimestamp;
  private final Place egressTimestamp;
  private final Place enqueueTimestamp;

  /** A field of the standard metadata; does nothing if the program does not have it. */
  private record Place(int slot, long mask) {
    void set(long[] r, long value) {
      if (slot >= 0) {
        r[slot] = value & mask;
      }
    }

    long get(long[] r) {
      return slot >= 0 ? r[slot] : 0;
    }
  }

  /** The slots of a field list: first slot and number of slots in turn. */
  private static final class CopiedFields {
    private final int[] ranges;

    CopiedFields(int[] ranges) {
      this.ranges = ranges;
    }

    void copy(long[] from, long[] to) {
      for (int i = 0; i < ranges.length; i += 2) {
        System.arraycopy(from, ranges[i], to, ranges[i], ranges[i + 1]);
      }
    }
  }

  Interpreter(
      Components components,
      ReplicationEngine replication,
      Map<Integer, CompiledAction> actions,
      Map<String, MatchTable> tables) {
    this.components = components;
    this.layout = components.layout();
    this.replication = replication;
    this.startNanos = components.nanoClock().getAsLong();
    this.parser = ParserCompiler.compile(components);
    this.checksums = new CompiledChecksums(components);
    this.deparser = new CompiledDeparser(components);
    this.ingress = ControlNode.compile(components.program().ingress(), components, actions, tables);
    this.egress = ControlNode.compile(components.program().egress(), components, actions, tables);
    this.fieldLists = fieldLists(components);
    StandardMetadata metadata = components.program().standardMetadata();
    this.ingressPort = place(metadata.ingressPort());
    this.egressSpec = place(metadata.egressSpec());
    this.egressPort = place(metadata.egressPort());
    this.packetLength = place(metadata.packetLength());
    this.instanceType = place(metadata.instanceType());
    this.parserError = place(metadata.parserError());
    this.checksumError = place(metadata.checksumError());
    this.multicastGroup = place(metadata.multicastGroup());
    this.replicaId = place(metadata.replicaId());
    this.ingressTimestamp = place(metadata.ingressTimestamp());
    this.egressTimestamp = place(metadata.egressTimestamp());
    this.enqueueTimestamp = place(metadata.enqueueTimestamp());
  }

  private Place place(FieldRef field) {
    return new Place(layout.slot(field), Layout.mask(field.width()));
  }

  private Place place(Optional<FieldRef> field) {
    return field.map(this::place).orElse(new Place(-1, 0));
  }

  private static CopiedFields[] fieldLists(Components components) {
    List<FieldList> lists = components.program().fieldLists();
    int size = lists.stream().mapToInt(FieldList::id).max().orElse(0) + 1;
    CopiedFields[] copied = new CopiedFields[size];
    Layout layout = components.layout();
    for (FieldList list : lists) {
      int[] ranges = new int[2 * list.fields().size()];
      for (int i = 0; i < list.fields().size(); i++) {
        FieldRef field = list.fields().get(i);
        ranges[2 * i] = layout.slot(field);
        ranges[2 * i + 1] = Layout.limbs(field.width()) + (field.isVariable() ? 1 : 0);
      }
      copied[list.id()] = new CopiedFields(ranges);
    }
    return copied;
  }

  private void copyFields(int list, long[] from, long[] to) {
    if (list < fieldLists.length && fieldLists[list] != null) {
      fieldLists[list].copy(from, to);
    }
  }

  void process(PacketContext c, int port, byte[] packet, int offset, int length, PacketOut out) {
    c.passes = 0;
    c.out = out;
    c.frame = packet;
    c.frameOffset = offset;
    c.frameEnd = offset + length;
    c.receivedLength = length;
    c.packetLength = length;
    c.ingressPort = port;
    c.clearRequests();
    layout.reset(c.r);
    ingressPort.set(c.r, port);
    packetLength.set(c.r, length);
    if (ingressTimestamp.slot >= 0) {
      ingressTimestamp.set(c.r, micros());
    }
    ingress(c);
    while (!c.jobs.isEmpty()) {
      run(c, c.jobs.poll());
    }
  }

  /** Microseconds since the switch started. */
  private long micros() {
    return (components.nanoClock().getAsLong() - startNanos) / 1000;
  }

  private boolean mayPass(PacketContext c) {
    if (++c.passes <= MAX_PASSES) {
      return true;
    }
    if (!overrunTold.getAndSet(true)) {
      LOG.warn(
          "A packet caused more than {} passes by cloning, resubmission or recirculation; the rest"
              + " is dropped. Said once.",
          MAX_PASSES);
    }
    return false;
  }

  private void ingress(PacketContext c) {
    if (!mayPass(c)) {
      return;
    }
    parse(c);
    ControlNode.run(ingress, c);
    c.exit = false;
    if (c.failed) {
      return;
    }
    if (c.cloneSession != PacketContext.NO_SESSION) {
      cloneIngress(c);
    }
    if (c.digest != 0) {
      digest(c);
    }
    if (c.resubmitFields != 0) {
      resubmit(c);
      return;
    }
    int group = (int) multicastGroup.get(c.r) & ReplicationEngine.MAX_GROUP;
    if (group != 0) {
      ReplicaList replicas = replication.group(group);
      if (replicas != null) {
        instanceType.set(c.r, REPLICATION);
        c.recirculateFields = 0;
        c.truncateTo = Integer.MAX_VALUE;
        enqueueEgress(c).replicas = replicas;
      }
      return;
    }
    int port = (int) egressSpec.get(c.r);
    if (port == DROP_PORT) {
      return;
    }
    instanceType.set(c.r, NORMAL);
    if (c.jobs.isEmpty()) {
      enqueueTimestamp(c);
      egress(c, port);
    } else {
      Job job = enqueueEgress(c);
      job.replicas = null;
      job.port = port;
    }
  }

  private void parse(PacketContext c) {
    parser.parse(c);
    c.checksumError = !checksums.verify(c);
    parserError.set(c.r, c.parserError);
    checksumError.set(c.r, c.checksumError ? 1 : 0);
  }

  private void enqueueTimestamp(PacketContext c) {
    if (enqueueTimestamp.slot >= 0) {
      enqueueTimestamp.set(c.r, micros());
    }
  }

  private static Job enqueue(PacketContext c, Job.Kind kind) {
    Job job = c.jobs.add();
    job.kind = kind;
    job.frame = c.frame;
    job.frameOffset = c.frameOffset;
    job.frameEnd = c.frameEnd;
    job.cursor = c.cursor;
    job.packetLength = c.packetLength;
    job.receivedLength = c.receivedLength;
    job.ingressPort = c.ingressPort;
    job.truncateTo = Integer.MAX_VALUE;
    job.recirculateFields = 0;
    job.replicas = null;
    job.fieldList = 0;
    job.instanceType = NORMAL;
    return job;
  }

  private Job enqueueEgress(PacketContext c) {
    Job job = enqueue(c, Job.Kind.EGRESS);
    enqueueTimestamp(c);
    System.arraycopy(c.r, 0, job.registers, 0, c.r.length);
    job.truncateTo = c.truncateTo;
    job.recirculateFields = c.recirculateFields;
    return job;
  }

  /** The clone starts from the frame as it came in; only the field list comes from here. */
  private void cloneIngress(PacketContext c) {
    ReplicaList replicas = replication.session(c.cloneSession);
    if (replicas != null) {
      Job job = enqueue(c, Job.Kind.INGRESS_CLONE);
      System.arraycopy(c.r, 0, job.registers, 0, c.r.length);
      job.packetLength = c.frameEnd - c.frameOffset;
      job.fieldList = c.cloneFields;
      job.replicas = replicas;
    }
    c.cloneSession = PacketContext.NO_SESSION;
  }

  private void resubmit(PacketContext c) {
    Job job = enqueue(c, Job.Kind.INGRESS);
    startOver(c, job, c.resubmitFields, RESUBMITTED);
  }

  /** Fresh metadata but for the field list; headers are parsed again. */
  private void startOver(PacketContext c, Job job, int fields, int type) {
    layout.reset(job.registers);
    copyFields(fields, c.r, job.registers);
    instanceType.set(job.registers, type);
    job.packetLength = job.frameEnd - job.frameOffset;
    packetLength.set(job.registers, job.packetLength);
  }

  private void digest(PacketContext c) {
    for (FieldList list : components.program().digests()) {
      if (list.id() == c.digest) {
        List<BigInteger> values = new ArrayList<>();
        for (FieldRef field : list.fields()) {
          values.add(Words.unsigned(c.r, layout.slot(field), Layout.limbs(field.width())));
        }
        c.out.digest(list.name(), values);
      }
    }
  }

  private void run(PacketContext c, Job job) {
    c.clearRequests();
    c.frame = job.frame;
    c.frameOffset = job.frameOffset;
    c.frameEnd = job.frameEnd;
    c.cursor = job.cursor;
    c.packetLength = job.packetLength;
    c.receivedLength = job.receivedLength;
    c.ingressPort = job.ingressPort;
    switch (job.kind) {
      case INGRESS -> {
        System.arraycopy(job.registers, 0, c.r, 0, c.r.length);
        ingress(c);
      }
      case INGRESS_CLONE -> {
        layout.reset(c.r);
        ingressPort.set(c.r, job.ingressPort);
        packetLength.set(c.r, job.packetLength);
        parser.parse(c);
        layout.resetMetadata(c.r);
        copyFields(job.fieldList, job.registers, c.r);
        instanceType.set(c.r, INGRESS_CLONE);
        enqueueTimestamp(c);
        System.arraycopy(c.r, 0, job.registers, 0, c.r.length);
        job.cursor = c.cursor;
        replicate(c, job);
      }
      case EGRESS -> {
        if (job.replicas == null) {
          System.arraycopy(job.registers, 0, c.r, 0, c.r.length);
          c.truncateTo = job.truncateTo;
          c.recirculateFields = job.recirculateFields;
          egress(c, job.port);
        } else {
          replicate(c, job);
        }
      }
    }
  }

  private void replicate(PacketContext c, Job job) {
    ReplicaList replicas = job.replicas;
    for (int i = 0; i < replicas.size(); i++) {
      c.clearRequests();
      System.arraycopy(job.registers, 0, c.r, 0, c.r.length);
      c.cursor = job.cursor;
      c.packetLength = job.packetLength;
      c.truncateTo = job.truncateTo;
      if (replicas.packetLength() > 0) {
        c.truncateTo = Math.min(c.truncateTo, replicas.packetLength());
      }
      replicaId.set(c.r, replicas.instance(i));
      egress(c, replicas.port(i));
    }
  }

  private void egress(PacketContext c, int port) {
    if (!mayPass(c)) {
      return;
    }
    if (egressTimestamp.slot >= 0) {
      egressTimestamp.set(c.r, micros());
    }
    egressPort.set(c.r, port);
    // Anything but the drop port, as simple_switch has it.
    egressSpec.set(c.r, DROP_PORT + 1);
    packetLength.set(c.r, c.packetLength);
    ControlNode.run(egress, c);
    c.exit = false;
    if (c.failed) {
      return;
    }
    if (c.cloneSession != PacketContext.NO_SESSION) {
      cloneEgress(c);
    }
    if (egressSpec.get(c.r) == DROP_PORT) {
      return;
    }
    checksums.update(c);
    int length = deparser.deparse(c);
    if (c.recirculateFields != 0) {
      recirculate(c, length);
    } else {
      c.out.emit(port, c.output, 0, Math.min(length, c.truncateTo));
    }
  }

  /** The clone has the headers as they are; only the field list survives of the metadata. */
  private void cloneEgress(PacketContext c) {
    ReplicaList replicas = replication.session(c.cloneSession);
    if (replicas != null) {
      Job job = enqueueEgress(c);
      layout.resetMetadata(job.registers);
      copyFields(c.cloneFields, c.r, job.registers);
      instanceType.set(job.registers, EGRESS_CLONE);
      job.recirculateFields = 0;
      job.truncateTo = Integer.MAX_VALUE;
      job.replicas = replicas;
    }
    c.cloneSession = PacketContext.NO_SESSION;
  }

  private void recirculate(PacketContext c, int length) {
    Job job = enqueue(c, Job.Kind.INGRESS);
    job.copyFrame(c.output, length);
    job.receivedLength = length;
    startOver(c, job, c.recirculateFields, RECIRCULATED);
  }
}
