package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A verified configuration with its data plane and what was written to it.
 *
 * <p>Not thread-safe, but for {@link #dataPlane} and {@link #packetHeaders}: confined to the lock
 * of the device.
 */
final class Pipeline {
  private final ForwardingPipelineConfig config;
  private final P4InfoIndex info;
  private final DataPlane dataPlane;
  private final PacketHeaders packetHeaders;
  private final TableEntries tables;
  private final DirectResources directResources;
  private final CounterCells counters;
  private final MeterCells meters;
  private final RegisterCells registers;
  private final ReplicationEntries replication;

  private Pipeline(
      ForwardingPipelineConfig config, P4InfoIndex info, Bmv2Program program, DataPlane dataPlane) {
    this.config = config;
    this.info = info;
    this.dataPlane = dataPlane;
    this.packetHeaders = new PacketHeaders(info);
    this.tables = new TableEntries(info, program, dataPlane);
    this.directResources = new DirectResources(tables, dataPlane);
    this.counters = new CounterCells(info, dataPlane);
    this.meters = new MeterCells(info, dataPlane);
    this.registers = new RegisterCells(info, dataPlane);
    this.replication = new ReplicationEntries(dataPlane);
  }

  /**
   * Verifies and loads a configuration (section 14, VERIFY).
   *
   * @throws P4RuntimeException INVALID_ARGUMENT if there is none or the target cannot realize it
   */
  static Pipeline load(boolean isSet, ForwardingPipelineConfig config, DataPlaneLoader loader) {
    if (!isSet) {
      throw P4RuntimeException.invalidArgument("config is missing");
    }
    if (!config.hasP4Info()) {
      throw P4RuntimeException.invalidArgument("config.p4info is missing");
    }
    byte[] json = config.getP4DeviceConfig().toByteArray();
    Bmv2Program program = Bmv2Program.parse(json);
    P4InfoIndex info = new P4InfoIndex(config.getP4Info(), program);
    try {
      return new Pipeline(config, info, program, loader.load(json));
    } catch (DataPlaneException e) {
      // Section 14 has one code for all that cannot be realized.
      throw P4RuntimeException.invalidArgument("p4_device_config: %s", e.getMessage());
    }
  }

  /** The same pipeline, with its state, under another cookie. */
  private Pipeline(Pipeline same, ForwardingPipelineConfig config) {
    this.config = config;
    this.info = same.info;
    this.dataPlane = same.dataPlane;
    this.packetHeaders = same.packetHeaders;
    this.tables = same.tables;
    this.directResources = same.directResources;
    this.counters = same.counters;
    this.meters = same.meters;
    this.registers = same.registers;
    this.replication = same.replication;
  }

  /** Null unless P4Info and program are this pipeline's own, so that nothing has to be loaded. */
  Pipeline withCookieOf(ForwardingPipelineConfig other) {
    return config.getP4Info().equals(other.getP4Info())
            && config.getP4DeviceConfig().equals(other.getP4DeviceConfig())
        ? new Pipeline(this, other)
        : null;
  }

  ForwardingPipelineConfig config() {
    return config;
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  PacketHeaders packetHeaders() {
    return packetHeaders;
  }

  /**
   * Applies one update wholly or not at all.
   *
   * @throws P4RuntimeException why not
   * @throws DataPlaneException why the data plane does not
   */
  void write(Update update, UndoLog undo) {
    Update.Type type = update.getType();
    if (type == Update.Type.UNSPECIFIED || type == Update.Type.UNRECOGNIZED) {
      throw P4RuntimeException.invalidArgument("the type of the update is not set");
    }
    Entity entity = update.getEntity();
    switch (entity.getEntityCase()) {
      case TABLE_ENTRY -> tables.write(type, entity.getTableEntry(), undo);
      case DIRECT_COUNTER_ENTRY ->
          directResources.writeCounter(type, entity.getDirectCounterEntry(), undo);
      case DIRECT_METER_ENTRY ->
          directResources.writeMeter(type, entity.getDirectMeterEntry(), undo);
      case COUNTER_ENTRY -> counters.write(type, entity.getCounterEntry(), undo);
      case METER_ENTRY -> meters.write(type, entity.getMeterEntry(), undo);
      case REGISTER_ENTRY -> registers.write(type, entity.getRegisterEntry(), undo);
      case PACKET_REPLICATION_ENGINE_ENTRY ->
          replication.write(type, entity.getPacketReplicationEngineEntry(), undo);
      case ENTITY_NOT_SET -> throw P4RuntimeException.invalidArgument("the entity is not set");
      default -> throw notImplemented(entity);
    }
  }

  /**
   * Applies an update that is not a message yet.
   *
   * @return false if it has to become one first; nothing was done then
   */
  boolean writePlain(byte[] octets, int from, int to) {
    return tables.writePlain(octets, from, to);
  }

  /** Applies each update, in their order, whatever became of the others. */
  void writeEach(EncodedWrite write, BatchOutcome outcome) {
    tables.beginBatch();
    try {
      for (int i = 0; i < write.updates(); i++) {
        int update = i;
        tables.nextUpdate(update);
        outcome.attempt(
            () -> {
              if (!writePlain(write.octets(), write.from(update), write.to(update))) {
                write(write.update(update), UndoLog.discarding());
              }
            });
      }
    } finally {
      tables.endBatch(outcome);
    }
  }

  /**
   * Finds what one read request asks for.
   *
   * @throws P4RuntimeException if it asks for something that cannot be
   */
  void read(Entity request, Consumer<PendingEntity> found) {
    switch (request.getEntityCase()) {
      case TABLE_ENTRY -> tables.read(request.getTableEntry(), found);
      case DIRECT_COUNTER_ENTRY ->
          directResources.readCounters(request.getDirectCounterEntry(), found);
      case DIRECT_METER_ENTRY -> directResources.readMeters(request.getDirectMeterEntry(), found);
      case COUNTER_ENTRY -> counters.read(request.getCounterEntry(), found);
      case METER_ENTRY -> meters.read(request.getMeterEntry(), found);
      case REGISTER_ENTRY -> registers.read(request.getRegisterEntry(), found);
      case PACKET_REPLICATION_ENGINE_ENTRY ->
          replication.read(request.getPacketReplicationEngineEntry(), found);
      case ENTITY_NOT_SET -> throw P4RuntimeException.invalidArgument("the entity is not set");
      default -> {
        if (!isWildcard(request)) {
          throw notImplemented(request);
        }
        // "All of a kind": there are none, as no write of that kind succeeds.
      }
    }
  }

  /**
   * Takes over what was written to another pipeline, with counters (section 14,
   * RECONCILE_AND_COMMIT).
   *
   * @throws P4RuntimeException INVALID_ARGUMENT if this pipeline cannot hold some of it; this
   *     pipeline is of no use then, the other is as it was
   */
  void takeOver(Pipeline other) {
    List<Update> state = new ArrayList<>(other.tables.snapshot());
    state.addAll(other.replication.snapshot());
    for (Update update : state) {
      checkSameTable(other, update.getEntity());
      try {
        write(update, UndoLog.discarding());
      } catch (P4RuntimeException | DataPlaneException e) {
        throw P4RuntimeException.invalidArgument(
            "the forwarding state cannot be kept: %s", e.getMessage());
      }
    }
    counters.copyFrom(other.counters);
    meters.copyFrom(other.meters);
    try {
      registers.copyFrom(other.registers);
    } catch (DataPlaneException e) {
      // A target whose registers nobody can read keeps what is in them in its own way.
      if (e.code() != DataPlaneException.Code.UNIMPLEMENTED) {
        throw e;
      }
    }
  }

  private void checkSameTable(Pipeline other, Entity entity) {
    if (!entity.hasTableEntry()) {
      return;
    }
    int id = entity.getTableEntry().getTableId();
    TableSchema theirs = other.info.table(id);
    TableSchema ours = info.tables().get(id);
    if (ours == null || !ours.sameShape(theirs)) {
      throw P4RuntimeException.invalidArgument(
          "the forwarding state cannot be kept: table '%s' (id %s) has entries and is %s",
          theirs.name(),
          Integer.toUnsignedString(id),
          ours == null ? "not in the new P4Info" : "another one in the new P4Info");
    }
  }

  private static P4RuntimeException notImplemented(Entity entity) {
    String why =
        switch (entity.getEntityCase()) {
          case ACTION_PROFILE_MEMBER, ACTION_PROFILE_GROUP ->
              "action profiles are not implemented by this switch";
          case DIGEST_ENTRY -> "digests are not implemented by this switch";
          case VALUE_SET_ENTRY -> "parser value sets are not implemented by this switch";
          default -> "v1model has no externs of this kind";
        };
    return P4RuntimeException.unimplemented("%s", why);
  }

  private static boolean isWildcard(Entity request) {
    return switch (request.getEntityCase()) {
      case ACTION_PROFILE_MEMBER -> request.getActionProfileMember().getActionProfileId() == 0;
      case ACTION_PROFILE_GROUP -> request.getActionProfileGroup().getActionProfileId() == 0;
      case DIGEST_ENTRY -> request.getDigestEntry().getDigestId() == 0;
      case VALUE_SET_ENTRY -> request.getValueSetEntry().getValueSetId() == 0;
      default -> request.getExternEntry().getExternTypeId() == 0;
    };
  }
}
