package io.tern.p4.conformance.harness;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.PacketOut;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * As much of a P4Runtime controller as a conformance run needs, without any of Tern's own: primary
 * for the device from construction to {@link #close}. For one thread.
 */
public final class P4RuntimeClient implements AutoCloseable {
  /**
   * For channels, in octets: what is wrong with each update of a refused batch comes as metadata, a
   * few hundred octets each. gRPC's own limit is 8 KiB.
   */
  public static final int MAX_METADATA = 4 << 20;

  /** Where Tern's program has the controller. */
  static final int CPU_PORT = 255;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Octets of a frame that nothing else looks like. */
  private static final int MARK = 64;

  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;
  private final long deviceId;
  private final Uint128 electionId;
  private final StreamObserver<StreamMessageRequest> stream;
  private final Responses responses = new Responses();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Waits for the server and becomes primary.
   *
   * @throws IllegalStateException if another controller is primary, or the server does not answer
   */
  public P4RuntimeClient(Channel channel, long deviceId) {
    this(channel, deviceId, Uint128.newBuilder().setLow(1).build());
  }

  /**
   * The same with an election ID that says whether this is primary rather than somebody else.
   *
   * @throws IllegalStateException if another controller is primary, or the server does not answer
   */
  public P4RuntimeClient(Channel channel, long deviceId, Uint128 electionId) {
    this.electionId = electionId;
    this.stub = P4RuntimeGrpc.newBlockingStub(channel);
    this.deviceId = deviceId;
    stub.withWaitForReady()
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .capabilities(CapabilitiesRequest.getDefaultInstance());
    this.stream = P4RuntimeGrpc.newStub(channel).streamChannel(responses);
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(deviceId)
                    .setElectionId(electionId))
            .build());
    MasterArbitrationUpdate answer = responses.arbitration();
    if (answer.getStatus().getCode() != Status.Code.OK.value()) {
      throw new IllegalStateException("not primary: " + answer);
    }
  }

  /** Loads Tern's program. */
  public void loadTern() {
    load(TernPipeline.p4InfoText(), TernPipeline.bmv2Json(), TernPipeline.cookie());
  }

  /**
   * Loads a program.
   *
   * @param p4InfoText as Protobuf text
   * @param deviceConfig as the device's compiler writes it
   */
  public void load(String p4InfoText, byte[] deviceConfig, long cookie) {
    P4Info.Builder p4Info = P4Info.newBuilder();
    try {
      TextFormat.getParser().merge(p4InfoText, p4Info);
    } catch (TextFormat.ParseException e) {
      throw new IllegalStateException("not a P4Info: " + e.getMessage(), e);
    }
    var unused =
        soon()
            .setForwardingPipelineConfig(
                SetForwardingPipelineConfigRequest.newBuilder()
                    .setDeviceId(deviceId)
                    .setElectionId(electionId)
                    .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT)
                    .setConfig(
                        ForwardingPipelineConfig.newBuilder()
                            .setP4Info(p4Info)
                            .setP4DeviceConfig(ByteString.copyFrom(deviceConfig))
                            .setCookie(
                                ForwardingPipelineConfig.Cookie.newBuilder().setCookie(cookie)))
                    .build());
  }

  /** The program that the device has; empty if it has none. */
  public Optional<P4Info> p4Info() {
    try {
      GetForwardingPipelineConfigResponse response =
          soon()
              .getForwardingPipelineConfig(
                  GetForwardingPipelineConfigRequest.newBuilder()
                      .setDeviceId(deviceId)
                      .setResponseType(
                          GetForwardingPipelineConfigRequest.ResponseType.P4INFO_AND_COOKIE)
                      .build());
      return Optional.of(response.getConfig().getP4Info())
          .filter(p4Info -> p4Info.getTablesCount() > 0);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Writes a batch; nothing if it is empty.
   *
   * @throws StatusRuntimeException if any update is refused
   */
  public void write(List<Update> updates) {
    if (updates.isEmpty()) {
      return;
    }
    try {
      var unused =
          soon()
              .write(
                  WriteRequest.newBuilder()
                      .setDeviceId(deviceId)
                      .setElectionId(electionId)
                      .addAllUpdates(updates)
                      .build());
    } catch (StatusRuntimeException e) {
      throw withReasons(e);
    }
  }

  /** With the error of each update (section 12.3), as far as the device says them. */
  private static StatusRuntimeException withReasons(StatusRuntimeException e) {
    com.google.rpc.Status details = StatusProto.fromThrowable(e);
    StringBuilder reasons = new StringBuilder();
    if (details != null) {
      for (Any detail : details.getDetailsList()) {
        try {
          Error error = detail.unpack(Error.class);
          if (error.getCanonicalCode() != Status.Code.OK.value()) {
            reasons.append("; ").append(error.getMessage());
          }
        } catch (InvalidProtocolBufferException other) {
          // Not P4Runtime's: nothing that this client could read.
        }
      }
    }
    return reasons.isEmpty()
        ? e
        : e.getStatus()
            .augmentDescription(reasons.substring(2))
            .asRuntimeException(e.getTrailers());
  }

  /** Everything that an entity with wildcards stands for. */
  public List<Entity> read(Entity entity) {
    List<Entity> entities = new ArrayList<>();
    soon()
        .read(ReadRequest.newBuilder().setDeviceId(deviceId).addEntities(entity).build())
        .forEachRemaining(response -> entities.addAll(response.getEntitiesList()));
    return entities;
  }

  /** All cells of an indirect counter. */
  public List<CounterEntry> counter(int counterId) {
    return read(
            Entity.newBuilder()
                .setCounterEntry(CounterEntry.newBuilder().setCounterId(counterId))
                .build())
        .stream()
        .map(Entity::getCounterEntry)
        .toList();
  }

  /** The direct counter of an entry; its action does not count. */
  public CounterData directCounter(TableEntry entry) {
    return read(Entity.newBuilder()
            .setDirectCounterEntry(
                DirectCounterEntry.newBuilder().setTableEntry(entry.toBuilder().clearAction()))
            .build())
        .get(0)
        .getDirectCounterEntry()
        .getData();
  }

  /** Sends a packet-out; whether the device takes it shows in what it sends. */
  public void packetOut(int egressPort, byte[] frame) {
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setPacket(
                PacketOut.newBuilder()
                    .setPayload(ByteString.copyFrom(frame))
                    .addMetadata(
                        metadata(
                            TernP4.ControllerHeaders.PacketOut.METADATA_EGRESS_PORT, egressPort))
                    .addMetadata(metadata(TernP4.ControllerHeaders.PacketOut.METADATA_PAD, 0)))
            .build());
  }

  /**
   * All packet-ins since the last call, of what the device has processed: a packet-out to its own
   * CPU port comes back as the last of them. It is counted as any packet-out.
   *
   * @throws IllegalStateException if it does not come back
   */
  public List<PacketIn> packetIns() {
    byte[] mark = new byte[MARK];
    ThreadLocalRandom.current().nextBytes(mark);
    packetOut(CPU_PORT, mark);
    List<PacketIn> before = new ArrayList<>();
    while (true) {
      PacketIn packetIn =
          nextPacketIn()
              .orElseThrow(
                  () ->
                      new IllegalStateException("a packet-out to the CPU port does not come back"));
      if (packetIn.getPayload().equals(ByteString.copyFrom(mark))) {
        return before;
      }
      before.add(packetIn);
    }
  }

  /**
   * Packet-ins of a device that takes no packet-outs: as many as it should make, or fewer if they
   * do not come, and what there is already of more.
   */
  public List<PacketIn> packetIns(int expected) {
    List<PacketIn> packetIns = new ArrayList<>();
    for (int i = 0; i < expected; i++) {
      nextPacketIn().ifPresent(packetIns::add);
    }
    responses.packetIns.drainTo(packetIns);
    return packetIns;
  }

  private Optional<PacketIn> nextPacketIn() {
    try {
      return Optional.ofNullable(
          responses.packetIns.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Is primary no longer; once is enough. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      stream.onCompleted();
    }
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub soon() {
    return stub.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static PacketMetadata metadata(int id, long value) {
    return PacketMetadata.newBuilder()
        .setMetadataId(id)
        .setValue(Entities.bytestring(value))
        .build();
  }

  private static final class Responses implements StreamObserver<StreamMessageResponse> {
    final BlockingQueue<PacketIn> packetIns = new LinkedBlockingQueue<>();
    private final CountDownLatch arbitrated = new CountDownLatch(1);
    private volatile MasterArbitrationUpdate arbitration;
    private volatile Throwable failure;

    @Override
    public void onNext(StreamMessageResponse response) {
      switch (response.getUpdateCase()) {
        case ARBITRATION -> {
          arbitration = response.getArbitration();
          arbitrated.countDown();
        }
        case PACKET -> packetIns.add(response.getPacket());
        default -> {
          // Digests, idle time-outs and errors: no row expects one.
        }
      }
    }

    @Override
    public void onError(Throwable t) {
      failure = t;
      arbitrated.countDown();
    }

    @Override
    public void onCompleted() {
      arbitrated.countDown();
    }

    MasterArbitrationUpdate arbitration() {
      try {
        if (arbitrated.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) && arbitration != null) {
          return arbitration;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("no answer to the arbitration", failure);
    }
  }
}
