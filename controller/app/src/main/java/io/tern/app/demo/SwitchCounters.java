package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.tern.core.intent.MacAddress;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.TableEntry;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the switch's counters over P4Runtime, as any monitoring could; needs no primary role. */
final class SwitchCounters {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;
  private final long deviceId;

  SwitchCounters(Channel channel, long deviceId) {
    this.stub = P4RuntimeGrpc.newBlockingStub(requireNonNull(channel, "channel"));
    this.deviceId = deviceId;
  }

  /**
   * What the switch has counted so far.
   *
   * @param byReason packets, for every {@link Reason}
   * @param byBackend packets sent to a backend, by its MAC address
   */
  record Snapshot(SortedMap<String, Long> byReason, Map<MacAddress, BackendPackets> byBackend) {}

  Snapshot read() {
    SortedMap<String, Long> byReason = new TreeMap<>();
    Map<Long, MacAddress> macs = new HashMap<>();
    Map<Long, Long> all = new HashMap<>();
    Map<Long, Long> byCid = new HashMap<>();
    ReadRequest request =
        ReadRequest.newBuilder()
            .setDeviceId(deviceId)
            .addEntities(
                Entity.newBuilder()
                    .setCounterEntry(
                        CounterEntry.newBuilder().setCounterId(TernP4.Counters.Reason.ID)))
            .addEntities(entriesWithCounters(TernP4.Tables.Backend.ID))
            .addEntities(entriesWithCounters(TernP4.Tables.ServerId.ID))
            .build();
    stub.withDeadlineAfter(TIMEOUT)
        .read(request)
        .forEachRemaining(
            response -> {
              for (Entity entity : response.getEntitiesList()) {
                TableEntry entry = entity.getTableEntry();
                if (entity.hasCounterEntry()) {
                  CounterEntry cell = entity.getCounterEntry();
                  byReason.put(
                      Reason.ofIndex((int) cell.getIndex().getIndex()).label(),
                      cell.getData().getPacketCount());
                } else if (entry.getTableId() == TernP4.Tables.Backend.ID) {
                  long backend = number(entry.getMatch(0).getExact().getValue());
                  macs.put(backend, mac(entry));
                  all.put(backend, entry.getCounterData().getPacketCount());
                } else {
                  long backend = parameter(entry, TernP4.Actions.ToBackend.PARAM_BACKEND_ID);
                  byCid.merge(backend, entry.getCounterData().getPacketCount(), Long::sum);
                }
              }
            });
    Map<MacAddress, BackendPackets> byBackend = new HashMap<>();
    macs.forEach(
        (backend, mac) -> {
          long cid = byCid.getOrDefault(backend, 0L);
          byBackend.put(mac, new BackendPackets(cid, all.get(backend) - cid));
        });
    return new Snapshot(byReason, byBackend);
  }

  private static Entity entriesWithCounters(int table) {
    return Entity.newBuilder()
        .setTableEntry(
            TableEntry.newBuilder()
                .setTableId(table)
                .setCounterData(CounterData.getDefaultInstance()))
        .build();
  }

  private static MacAddress mac(TableEntry backend) {
    return new MacAddress(parameter(backend, TernP4.Actions.ForwardL2.PARAM_DST_MAC));
  }

  private static long parameter(TableEntry entry, int id) {
    return entry.getAction().getAction().getParamsList().stream()
        .filter(p -> p.getParamId() == id)
        .map(p -> number(p.getValue()))
        .findAny()
        .orElseThrow(() -> new IllegalStateException("no parameter " + id + " in " + entry));
  }

  private static long number(ByteString value) {
    return new BigInteger(1, value.toByteArray()).longValueExact();
  }
}
