package io.tern.app.demo;

import io.grpc.Channel;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Somebody else's P4Runtime client, which spoils a switch that Tern has programmed. */
final class ForeignController implements AutoCloseable {
  private final P4RuntimeClient client;
  private final List<TableEntry> configs;
  private final List<TableEntry> serverIds;

  /**
   * Becomes primary and looks at what is there.
   *
   * @param electionId what the controller before it had, or more
   */
  ForeignController(Channel channel, long deviceId, long electionId) {
    client =
        new P4RuntimeClient(channel, deviceId, Uint128.newBuilder().setLow(electionId).build());
    configs = read(TernP4.Tables.CidConfig.ID);
    serverIds = read(TernP4.Tables.ServerId.ID);
    if (configs.isEmpty() || serverIds.isEmpty()) {
      throw new IllegalStateException("the switch routes no CIDs: " + configs + serverIds);
    }
  }

  private List<TableEntry> read(int table) {
    Entity all =
        Entity.newBuilder().setTableEntry(TableEntry.newBuilder().setTableId(table)).build();
    return client.read(all).stream()
        .map(Entity::getTableEntry)
        .sorted(Comparator.comparing(entry -> entry.getMatchList().toString()))
        .toList();
  }

  /** Deletes every CID configuration and server ID: the switch hashes the 4-tuple, as others do. */
  void forgetCids() {
    write(Update.Type.DELETE, configs);
    write(Update.Type.DELETE, serverIds);
  }

  /** After {@link #forgetCids}: each server ID is another server's. */
  void exchangeServers() {
    List<TableEntry> wrong = new ArrayList<>();
    for (int i = 0; i < serverIds.size(); i++) {
      TableEntry other = serverIds.get((i + 1) % serverIds.size());
      wrong.add(serverIds.get(i).toBuilder().setAction(other.getAction()).build());
    }
    write(Update.Type.INSERT, wrong);
    write(Update.Type.INSERT, configs);
  }

  private void write(Update.Type type, List<TableEntry> entries) {
    client.write(
        entries.stream()
            .map(entry -> Entity.newBuilder().setTableEntry(entry).build())
            .map(entity -> Update.newBuilder().setType(type).setEntity(entity).build())
            .toList());
  }

  @Override
  public void close() {
    client.close();
  }
}
