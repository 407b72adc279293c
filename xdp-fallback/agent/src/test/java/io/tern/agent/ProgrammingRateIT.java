package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.proto.p4.v1.WriteResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How fast P4Runtime fills the maps, on loopback: a client that sends Write requests which it made
 * before, four in flight. It prints what it measured and judges only that everything arrived:
 * {@code -Dtern.agent.server-ids=1000000 -Dtern.agent.rounds=3} for figures.
 */
class ProgrammingRateIT {
  private static final int SERVER_IDS = Integer.getInteger("tern.agent.server-ids", 50_000);
  private static final int ROUNDS = Integer.getInteger("tern.agent.rounds", 1);
  private static final int BATCH = 1000;
  private static final int IN_FLIGHT = 4;
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(ProgrammingRateIT.class);
  }

  @Test
  void serverIdsByBatches() throws Exception {
    AgentOptions options = TestAgents.detached(Map.of());
    try (XdpAgent agent = XdpAgent.start(options)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(agent.grpcAddress()).usePlaintext().build();
      try (P4RuntimeClient client = new P4RuntimeClient(channel, options.deviceId())) {
        new ProgramSizes(Map.of(Tables.ServerId.ID, Math.max(SERVER_IDS, Tables.ServerId.SIZE)))
            .load(client);
        List<WriteRequest> inserts = batches(options.deviceId(), Update.Type.INSERT);
        List<WriteRequest> deletes = batches(options.deviceId(), Update.Type.DELETE);
        for (int round = 0; round < ROUNDS; round++) {
          long cpu = cpuTime();
          double inserted = rate(channel, inserts);
          double each = (cpuTime() - cpu) / 1e3 / SERVER_IDS;
          assertThat(agent.status().serverIds()).isEqualTo(SERVER_IDS);
          System.gc();
          long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
          double deleted = rate(channel, deletes);
          System.out.printf(
              "Programming: %d server IDs, %.0f inserts/s, %.0f deletes/s; CPU of agent and client"
                  + " %.1f us for each insert; maps %d MB, heap of agent and client %d MB%n",
              SERVER_IDS, inserted, deleted, each, agent.status().mapMemory() >> 20, heap >> 20);
        }
        assertThat(agent.statistics().updatesRefused()).isZero();
        assertThat(agent.status().serverIds()).isZero();
      } finally {
        channel.shutdownNow();
      }
    } finally {
      XdpAgent.detach(options);
    }
  }

  /** Of this process, which is agent and client, in nanoseconds. */
  private static long cpuTime() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static double rate(ManagedChannel channel, List<WriteRequest> batches)
      throws InterruptedException, ExecutionException {
    P4RuntimeGrpc.P4RuntimeFutureStub stub = P4RuntimeGrpc.newFutureStub(channel);
    Queue<ListenableFuture<WriteResponse>> flying = new ArrayDeque<>();
    long start = System.nanoTime();
    for (WriteRequest batch : batches) {
      if (flying.size() == IN_FLIGHT) {
        var unused = flying.remove().get();
      }
      flying.add(stub.write(batch));
    }
    while (!flying.isEmpty()) {
      var unused = flying.remove().get();
    }
    return SERVER_IDS * 1e9 / (System.nanoTime() - start);
  }

  private static List<WriteRequest> batches(long deviceId, Update.Type type) {
    List<WriteRequest> batches = new ArrayList<>();
    for (int from = 0; from < SERVER_IDS; from += BATCH) {
      WriteRequest.Builder batch =
          WriteRequest.newBuilder().setDeviceId(deviceId).setElectionId(ELECTION);
      for (int i = from; i < Math.min(from + BATCH, SERVER_IDS); i++) {
        TableEntry.Builder entry =
            TableEntry.newBuilder()
                .setTableId(Tables.ServerId.ID)
                .addMatch(exact(1, BigInteger.ONE))
                .addMatch(exact(2, BigInteger.valueOf(0x1000000L + i).shiftLeft(8 * 11)))
                .setAction(
                    TableAction.newBuilder()
                        .setAction(
                            Action.newBuilder()
                                .setActionId(Actions.ToBackend.ID)
                                .addParams(
                                    Action.Param.newBuilder()
                                        .setParamId(1)
                                        .setValue(octets(BigInteger.valueOf(1 + i % 10_000))))));
        batch.addUpdates(
            Update.newBuilder()
                .setType(type)
                .setEntity(io.tern.proto.p4.v1.Entity.newBuilder().setTableEntry(entry)));
      }
      batches.add(batch.build());
    }
    return batches;
  }

  private static FieldMatch exact(int field, BigInteger value) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setExact(FieldMatch.Exact.newBuilder().setValue(octets(value)))
        .build();
  }

  private static ByteString octets(BigInteger number) {
    byte[] octets = number.toByteArray();
    int sign = octets.length > 1 && octets[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(octets, sign, octets.length - sign);
  }
}
