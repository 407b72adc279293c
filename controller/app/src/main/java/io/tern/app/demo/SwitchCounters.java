package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

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
   * @param byBackendMac packets sent to a backend, by its MAC address
   */
  record Snapshot(SortedMap<String, Long> byReason, Map<MacAddress, Long> byBackendMac) {}

  Snapshot read() {
    ReadRequest request =
        ReadRequest.newBuilder()
            .setDeviceId(deviceId)
            .addEntities(
                Entity.newBuilder()
                    .setCounterEntry(
                        CounterEntry.newBuilder().setCounterId(TernP4.Counters.Reason.ID)))
            .addEntities(
                Entity.newBuilder()
                    .setTableEntry(
                        TableEntry.newBuilder()
                            .setTableId(TernP4.Tables.Backend.ID)
                            .setCounterData(CounterData.getDefaultInstance())))
            .build();
    SortedMap<String, Long> byReason = new TreeMap<>();
    Map<MacAddress, Long> byMac = new TreeMap<>(java.util.Comparator.comparing(MacAddress::value));
    stub.withDeadlineAfter(TIMEOUT)
        .read(request)
        .forEachRemaining(
            response ->
                response
                    .getEntitiesList()
                    .forEach(
                        entity -> {
                          if (entity.hasCounterEntry()) {
                            CounterEntry cell = entity.getCounterEntry();
                            int index = (int) cell.getIndex().getIndex();
                            byReason.put(
                                Reason.ofIndex(index).label(), cell.getData().getPacketCount());
                          } else if (entity.hasTableEntry()) {
                            TableEntry entry = entity.getTableEntry();
                            byMac.put(mac(entry), entry.getCounterData().getPacketCount());
                          }
                        }));
    return new Snapshot(byReason, byMac);
  }

  private static MacAddress mac(TableEntry backend) {
    return backend.getAction().getAction().getParamsList().stream()
        .filter(p -> p.getParamId() == TernP4.Actions.ForwardL2.PARAM_DST_MAC)
        .map(p -> new MacAddress(new BigInteger(1, p.getValue().toByteArray()).longValueExact()))
        .findAny()
        .orElseThrow(
            () -> new IllegalStateException("a backend without a MAC address: " + backend));
  }
}
