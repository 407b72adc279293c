package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.proto.p4.v1.WriteResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How fast P4Runtime fills the maps, on loopback: a client that sends the octets of Write requests
 * which it made before, four in flight. It prints what it measured and judges only that everything
 * arrived: {@code -Dtern.agent.server-ids=1000000 -Dtern.agent.rounds=8} for figures.
 *
 * <p>The agent's CPU time is that of the process without the client's two threads, so with garbage
 * collection and compilation.
 */
class ProgrammingRateIT {
  private static final int SERVER_IDS = Integer.getInteger("tern.agent.server-ids", 50_000);
  private static final int ROUNDS = Integer.getInteger("tern.agent.rounds", 1);
  private static final int SLOTS = Math.min(SERVER_IDS, 65_536);
  private static final int BACKENDS = 10_000;
  private static final int BATCH = 1000;
  private static final int IN_FLIGHT = 4;
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();

  /** Write, whose requests are octets already. */
  private static final MethodDescriptor<byte[], WriteResponse> WRITE =
      P4RuntimeGrpc.getWriteMethod().toBuilder(
              new Octets(), P4RuntimeGrpc.getWriteMethod().getResponseMarshaller())
          .build();

  private record Octets() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }

  /** Runs the client's event loop, and says what it took. */
  private static final class ClientThreads {
    private final List<Long> ids =
        new CopyOnWriteArrayList<>(List.of(Thread.currentThread().getId()));
    private final EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1,
            (ThreadFactory)
                task ->
                    new Thread(
                        () -> {
                          ids.add(Thread.currentThread().getId());
                          task.run();
                        },
                        "client"),
            NioIoHandler.newFactory());

    long cpuTime() {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      return ids.stream().mapToLong(threads::getThreadCpuTime).sum();
    }
  }

  private final AgentOptions options = TestAgents.detached(Map.of(1, "lo"));
  private final ClientThreads clientThreads = new ClientThreads();

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(ProgrammingRateIT.class);
  }

  @AfterEach
  void stop() {
    var unused = clientThreads.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void entriesByBatches() throws Exception {
    try (XdpAgent agent = XdpAgent.start(options)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(agent.grpcAddress())
              .usePlaintext()
              .directExecutor()
              .eventLoopGroup(clientThreads.group)
              .channelType(NioSocketChannel.class)
              .build();
      try (P4RuntimeClient client = new P4RuntimeClient(channel, options.deviceId())) {
        new ProgramSizes(Map.of(Tables.ServerId.ID, Math.max(SERVER_IDS, Tables.ServerId.SIZE)))
            .load(client);
        for (int round = 1; round <= ROUNDS; round++) {
          measure(channel, "backend", BACKENDS, Update.Type.INSERT, this::backend);
          measure(channel, "server_id", SERVER_IDS, Update.Type.INSERT, this::serverId);
          assertThat(agent.status().serverIds()).isEqualTo(SERVER_IDS);
          System.gc();
          long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
          System.out.printf(
              "Programming: maps %d MB, heap of agent and client %d MB%n",
              agent.status().mapMemory() >> 20, heap >> 20);
          measure(channel, "server_id", SERVER_IDS, Update.Type.MODIFY, i -> serverId(i + 1, i));
          measure(channel, "fallback", SLOTS, Update.Type.INSERT, this::slot);
          measure(channel, "fallback", SLOTS, Update.Type.MODIFY, i -> slot(i + 1, i));
          measure(channel, "fallback", SLOTS, Update.Type.DELETE, this::slot);
          measure(channel, "server_id", SERVER_IDS, Update.Type.DELETE, this::serverId);
          measure(channel, "backend", BACKENDS, Update.Type.DELETE, this::backend);
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

  private void measure(
      ManagedChannel channel,
      String table,
      int entries,
      Update.Type type,
      IntFunction<TableEntry.Builder> entry)
      throws InterruptedException, ExecutionException {
    List<byte[]> batches = batches(type, entries, entry);
    Queue<ListenableFuture<WriteResponse>> flying = new ArrayDeque<>();
    long cpu = cpuTime();
    long start = System.nanoTime();
    for (byte[] batch : batches) {
      if (flying.size() == IN_FLIGHT) {
        var unused = flying.remove().get();
      }
      flying.add(ClientCalls.futureUnaryCall(channel.newCall(WRITE, CallOptions.DEFAULT), batch));
    }
    while (!flying.isEmpty()) {
      var unused = flying.remove().get();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "Programming: %-9s %s of %d: %.0f entries/s, %.2f us of the agent's CPU for each%n",
        table, type, entries, entries / seconds, (cpuTime() - cpu) / 1e3 / entries);
  }

  /** The agent's, in nanoseconds. */
  private long cpuTime() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        - clientThreads.cpuTime();
  }

  private List<byte[]> batches(
      Update.Type type, int entries, IntFunction<TableEntry.Builder> entry) {
    List<byte[]> batches = new ArrayList<>();
    for (int from = 0; from < entries; from += BATCH) {
      WriteRequest.Builder batch =
          WriteRequest.newBuilder().setDeviceId(options.deviceId()).setElectionId(ELECTION);
      for (int i = from; i < Math.min(from + BATCH, entries); i++) {
        batch.addUpdates(
            Update.newBuilder()
                .setType(type)
                .setEntity(Entity.newBuilder().setTableEntry(entry.apply(i))));
      }
      batches.add(batch.build().toByteArray());
    }
    return batches;
  }

  private TableEntry.Builder serverId(int i) {
    return serverId(i, i);
  }

  private TableEntry.Builder serverId(int backend, int i) {
    return TableEntry.newBuilder()
        .setTableId(Tables.ServerId.ID)
        .addMatch(exact(1, BigInteger.ONE))
        .addMatch(exact(2, BigInteger.valueOf(0x1000000L + i).shiftLeft(8 * 11)))
        .setAction(call(Actions.ToBackend.ID, BigInteger.valueOf(1 + backend % BACKENDS)));
  }

  private TableEntry.Builder slot(int i) {
    return slot(i, i);
  }

  private TableEntry.Builder slot(int backend, int i) {
    return TableEntry.newBuilder()
        .setTableId(Tables.Fallback.ID)
        .addMatch(exact(1, BigInteger.ONE))
        .addMatch(exact(2, BigInteger.valueOf(i)))
        .setAction(call(Actions.ToFallbackBackend.ID, BigInteger.valueOf(1 + backend % BACKENDS)));
  }

  private TableEntry.Builder backend(int i) {
    return TableEntry.newBuilder()
        .setTableId(Tables.Backend.ID)
        .addMatch(exact(1, BigInteger.valueOf(1 + i)))
        .setAction(
            call(
                Actions.ForwardL2.ID,
                BigInteger.ONE,
                BigInteger.valueOf(0x020000000000L + i),
                BigInteger.ZERO));
  }

  private static TableAction call(int action, BigInteger... arguments) {
    Action.Builder call = Action.newBuilder().setActionId(action);
    for (int i = 0; i < arguments.length; i++) {
      call.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(octets(arguments[i])));
    }
    return TableAction.newBuilder().setAction(call).build();
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
