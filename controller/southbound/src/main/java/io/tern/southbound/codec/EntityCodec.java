package io.tern.southbound.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.tern.core.entry.Bits;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MeterConfig;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.entry.TableEntry;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.TableAction;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Writes entries as entities and reads entities. Values travel in canonical form, shortest first
 * octet not zero; any length is taken (P4Runtime specification, "Bytestrings"). Pure.
 */
public final class EntityCodec {
  private EntityCodec() {}

  /** An entity that Tern's model cannot express. */
  public static final class ForeignEntityException extends Exception {
    private static final long serialVersionUID = 1L;

    ForeignEntityException(String message) {
      super(message);
    }
  }

  /** An entry as an entity. */
  public static Entity toEntity(TableEntry entry) {
    return Entity.newBuilder()
        .setTableEntry(withMeter(entry, keyOf(entry.key()).setAction(toProto(entry.action()))))
        .build();
  }

  private static io.tern.proto.p4.v1.TableEntry.Builder withMeter(
      TableEntry entry, io.tern.proto.p4.v1.TableEntry.Builder proto) {
    entry.meter().ifPresent(meter -> proto.setMeterConfig(toProto(meter)));
    return proto;
  }

  private static io.tern.proto.p4.v1.MeterConfig toProto(MeterConfig meter) {
    return io.tern.proto.p4.v1.MeterConfig.newBuilder()
        .setCir(meter.committedRate())
        .setCburst(meter.committedBurst())
        .setPir(meter.peakRate())
        .setPburst(meter.peakBurst())
        .build();
  }

  /** What names an entry, without its action. */
  public static Entity toEntity(TableEntry.Key key) {
    return Entity.newBuilder().setTableEntry(keyOf(key)).build();
  }

  /** The default entry of a table; it is always there: it can be modified, never inserted. */
  public static Entity toDefaultEntity(int tableId, TableEntry.Action action) {
    return Entity.newBuilder()
        .setTableEntry(
            io.tern.proto.p4.v1.TableEntry.newBuilder()
                .setTableId(tableId)
                .setIsDefaultAction(true)
                .setAction(toProto(action)))
        .build();
  }

  /** What names a multicast group, without its replicas. */
  public static Entity toGroupEntity(int groupId) {
    return group(MulticastGroupEntry.newBuilder().setMulticastGroupId(groupId));
  }

  /** A multicast group as an entity. */
  public static Entity toEntity(MulticastGroup group) {
    MulticastGroupEntry.Builder entry =
        MulticastGroupEntry.newBuilder().setMulticastGroupId(group.id());
    group.replicas().forEach(replica -> entry.addReplicas(toProto(replica)));
    return group(entry);
  }

  /** What names a clone session, without its replicas. */
  public static Entity toCloneSessionEntity(int sessionId) {
    return cloneSession(CloneSessionEntry.newBuilder().setSessionId(sessionId));
  }

  /** A clone session as an entity. */
  public static Entity toEntity(CloneSession session) {
    CloneSessionEntry.Builder entry =
        CloneSessionEntry.newBuilder()
            .setSessionId(session.id())
            .setPacketLengthBytes(session.packetLengthBytes());
    session.replicas().forEach(replica -> entry.addReplicas(toProto(replica)));
    return cloneSession(entry);
  }

  // Targets before P4Runtime 1.4 know no other form of a replica's port.
  @SuppressWarnings("deprecation")
  private static io.tern.proto.p4.v1.Replica toProto(Replica replica) {
    return io.tern.proto.p4.v1.Replica.newBuilder()
        .setEgressPort(replica.port())
        .setInstance(replica.instance())
        .build();
  }

  /** What asks for every entry of a table, the default entry aside, without meters. */
  public static Entity queryTable(int tableId) {
    return Entity.newBuilder()
        .setTableEntry(io.tern.proto.p4.v1.TableEntry.newBuilder().setTableId(tableId))
        .build();
  }

  /** As {@link #queryTable}, with the rates of the entries' direct meters. */
  public static Entity queryMeteredTable(int tableId) {
    return Entity.newBuilder()
        .setTableEntry(
            io.tern.proto.p4.v1.TableEntry.newBuilder()
                .setTableId(tableId)
                .setMeterConfig(io.tern.proto.p4.v1.MeterConfig.getDefaultInstance()))
        .build();
  }

  /** What asks for the default entry of a table. */
  public static Entity queryDefault(int tableId) {
    return Entity.newBuilder()
        .setTableEntry(
            io.tern.proto.p4.v1.TableEntry.newBuilder()
                .setTableId(tableId)
                .setIsDefaultAction(true))
        .build();
  }

  /** What asks for every multicast group. */
  public static Entity queryGroups() {
    return group(MulticastGroupEntry.newBuilder());
  }

  /** What asks for every clone session. */
  public static Entity queryCloneSessions() {
    return cloneSession(CloneSessionEntry.newBuilder());
  }

  /**
   * Reads an entry.
   *
   * @throws ForeignEntityException if it is none that Tern could have written; says why
   */
  public static TableEntry toEntry(io.tern.proto.p4.v1.TableEntry entry)
      throws ForeignEntityException {
    return new TableEntry(
        toKey(entry),
        toAction(entry.getAction()),
        entry.hasMeterConfig() ? Optional.of(toMeter(entry.getMeterConfig())) : Optional.empty());
  }

  private static MeterConfig toMeter(io.tern.proto.p4.v1.MeterConfig meter) {
    return new MeterConfig(meter.getCir(), meter.getCburst(), meter.getPir(), meter.getPburst());
  }

  /**
   * Reads the identity of an entry.
   *
   * @throws ForeignEntityException if it is none that Tern could have written; says why
   */
  public static TableEntry.Key toKey(io.tern.proto.p4.v1.TableEntry entry)
      throws ForeignEntityException {
    if (entry.getPriority() != 0) {
      throw new ForeignEntityException(
          "it has priority " + entry.getPriority() + ", though its table matches exactly");
    }
    List<Bits> match =
        inOrder(
            "match field",
            entry.getMatchList(),
            FieldMatch::getFieldId,
            field -> Bits.of(field.getExact().getValue().toByteArray()));
    for (FieldMatch field : entry.getMatchList()) {
      if (field.getFieldMatchTypeCase() != FieldMatch.FieldMatchTypeCase.EXACT) {
        throw new ForeignEntityException(
            "match field "
                + field.getFieldId()
                + " is "
                + field.getFieldMatchTypeCase()
                + ", though its table matches exactly");
      }
    }
    return new TableEntry.Key(entry.getTableId(), match);
  }

  /**
   * Reads an action.
   *
   * @throws ForeignEntityException if it is none that Tern could have written; says why
   */
  public static TableEntry.Action toAction(TableAction action) throws ForeignEntityException {
    if (action.getTypeCase() != TableAction.TypeCase.ACTION) {
      throw new ForeignEntityException(
          "its action is " + action.getTypeCase() + ", though its table takes plain actions");
    }
    return new TableEntry.Action(
        action.getAction().getActionId(),
        inOrder(
            "action parameter",
            action.getAction().getParamsList(),
            Action.Param::getParamId,
            param -> Bits.of(param.getValue().toByteArray())));
  }

  /**
   * Reads a multicast group.
   *
   * @throws ForeignEntityException if it is none that Tern could have written; says why
   */
  public static MulticastGroup toGroup(MulticastGroupEntry group) throws ForeignEntityException {
    return new MulticastGroup(group.getMulticastGroupId(), toReplicas(group.getReplicasList()));
  }

  /**
   * Reads a clone session.
   *
   * @throws ForeignEntityException if it is none that Tern could have written; says why
   */
  public static CloneSession toCloneSession(CloneSessionEntry session)
      throws ForeignEntityException {
    return new CloneSession(
        session.getSessionId(),
        toReplicas(session.getReplicasList()),
        session.getPacketLengthBytes());
  }

  // Targets before P4Runtime 1.4 know no other form of a replica's port.
  @SuppressWarnings("deprecation")
  private static SortedSet<Replica> toReplicas(List<io.tern.proto.p4.v1.Replica> protos)
      throws ForeignEntityException {
    SortedSet<Replica> replicas = new TreeSet<>();
    for (io.tern.proto.p4.v1.Replica proto : protos) {
      if (proto.getBackupReplicasCount() > 0) {
        throw new ForeignEntityException("a replica has backup replicas");
      }
      BigInteger port =
          proto.hasPort()
              ? Bits.of(proto.getPort().toByteArray()).toBigInteger()
              : BigInteger.valueOf(Integer.toUnsignedLong(proto.getEgressPort()));
      if (port.bitLength() > 31) {
        throw new ForeignEntityException("a replica has port " + port);
      }
      if (proto.getInstance() >>> 16 != 0) {
        throw new ForeignEntityException(
            "a replica has instance " + Integer.toUnsignedString(proto.getInstance()));
      }
      if (!replicas.add(new Replica(port.intValue(), proto.getInstance()))) {
        throw new ForeignEntityException(
            "port " + port + " has more than one replica of instance " + proto.getInstance());
      }
    }
    return replicas;
  }

  private static <T> List<Bits> inOrder(
      String what, List<T> fields, Function<T, Integer> id, Function<T, Bits> value)
      throws ForeignEntityException {
    SortedMap<Integer, Bits> byId = new TreeMap<>();
    for (T field : fields) {
      byId.put(id.apply(field), value.apply(field));
    }
    if (byId.size() != fields.size()
        || (!byId.isEmpty() && (byId.firstKey() != 1 || byId.lastKey() != byId.size()))) {
      throw new ForeignEntityException(
          "its " + what + "s have the IDs " + fields.stream().map(id).toList());
    }
    return new ArrayList<>(byId.values());
  }

  private static Entity group(MulticastGroupEntry.Builder entry) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(entry))
        .build();
  }

  private static Entity cloneSession(CloneSessionEntry.Builder entry) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setCloneSessionEntry(entry))
        .build();
  }

  private static io.tern.proto.p4.v1.TableEntry.Builder keyOf(TableEntry.Key key) {
    io.tern.proto.p4.v1.TableEntry.Builder entry =
        io.tern.proto.p4.v1.TableEntry.newBuilder().setTableId(key.tableId());
    for (int i = 0; i < key.match().size(); i++) {
      entry.addMatch(toField(i + 1, key.match().get(i)));
    }
    return entry;
  }

  static FieldMatch toField(int id, Bits value) {
    return FieldMatch.newBuilder()
        .setFieldId(id)
        .setExact(FieldMatch.Exact.newBuilder().setValue(octets(value)).build())
        .build();
  }

  static TableAction toProto(TableEntry.Action action) {
    Action.Builder proto = Action.newBuilder().setActionId(action.actionId());
    for (int i = 0; i < action.params().size(); i++) {
      proto.addParams(
          Action.Param.newBuilder()
              .setParamId(i + 1)
              .setValue(octets(action.params().get(i)))
              .build());
    }
    return TableAction.newBuilder().setAction(proto.build()).build();
  }

  private static ByteString octets(Bits bits) {
    // Its own copy of the octets: nobody else has it.
    return UnsafeByteOperations.unsafeWrap(bits.toByteArray());
  }

  /** What names a table entry, multicast group or clone session, without its values. */
  public static Entity identityOf(Entity entity) {
    if (entity.hasTableEntry()) {
      io.tern.proto.p4.v1.TableEntry entry = entity.getTableEntry();
      return Entity.newBuilder()
          .setTableEntry(
              io.tern.proto.p4.v1.TableEntry.newBuilder()
                  .setTableId(entry.getTableId())
                  .addAllMatch(entry.getMatchList())
                  .setPriority(entry.getPriority()))
          .build();
    }
    PacketReplicationEngineEntry engine = entity.getPacketReplicationEngineEntry();
    return engine.hasCloneSessionEntry()
        ? toCloneSessionEntity(engine.getCloneSessionEntry().getSessionId())
        : toGroupEntity(engine.getMulticastGroupEntry().getMulticastGroupId());
  }
}
