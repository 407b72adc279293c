package io.tern.southbound.testing;

import com.google.protobuf.Any;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tern.proto.device.v1.DeviceLimits;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.CapabilitiesResponse;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.Index;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.P4RuntimeGrpc.P4RuntimeImplBase;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.ReadResponse;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.proto.p4.v1.WriteResponse;
import io.tern.southbound.codec.EntityCodec;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A P4Runtime device in this JVM whose faults are scripted. It keeps entities without knowing a
 * program. Everything happens on the thread of the test.
 */
public final class ScriptedDevice extends P4RuntimeImplBase implements AutoCloseable {
  public static final long DEVICE_ID = 7;

  private final String name = InProcessServerBuilder.generateName();
  private final FakeTimer timer;
  private final Map<Entity, Entity> entities = new LinkedHashMap<>();
  private final Map<Integer, Entity> defaults = new LinkedHashMap<>();
  private final Set<StreamObserver<StreamMessageResponse>> streams = new HashSet<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private final List<List<Update>> writes = new ArrayList<>();
  private final List<Action> pipelineActions = new ArrayList<>();
  private Server server;
  private OptionalLong cookie = OptionalLong.empty();
  private long primary;
  private boolean silent;
  private Set<Integer> unavailable = Set.of();
  private boolean holding;
  private boolean plainErrors;
  private Set<Action> unimplementedActions = Set.of();
  private Function<Update, Status> verdict = update -> Status.OK;
  private Status readVerdict = Status.OK;
  private int reads;
  private int mostInFlight;

  public ScriptedDevice(FakeTimer timer) {
    this.timer = timer;
    start();
  }

  private void start() {
    try {
      server =
          InProcessServerBuilder.forName(name).directExecutor().addService(this).build().start();
    } catch (IOException e) {
      throw new IllegalStateException("an in-process server cannot fail to start", e);
    }
  }

  /** A new channel to this device; its deadlines are of the test's time. */
  public ManagedChannel open() {
    return InProcessChannelBuilder.forName(name)
        .directExecutor()
        .scheduledExecutorService(timer)
        .build();
  }

  // What tests script.

  /** The process dies: streams break, everything is forgotten. */
  public void stop() {
    server.shutdownNow();
    entities.clear();
    defaults.clear();
    cookie = OptionalLong.empty();
    primary = 0;
    streams.clear();
    held.clear();
  }

  /** The process comes back after {@link #stop}. */
  public void restart() {
    start();
  }

  /** The connection breaks; the device keeps everything. */
  public void cutConnection() {
    server.shutdownNow();
    streams.clear();
    primary = 0;
    start();
  }

  /** Answers nothing from now on. */
  public void fallSilent() {
    silent = true;
  }

  /** Says that it refuses these tables and actions of its P4Info. */
  public void saysUnavailable(Set<Integer> ids) {
    unavailable = ids;
  }

  /** Keeps the answers to writes until {@link #release}. */
  public void holdWrites() {
    holding = true;
  }

  /** Gives one held answer. */
  public void releaseOne() {
    held.remove().run();
  }

  /** Gives the held answers, and later ones at once. */
  public void release() {
    holding = false;
    while (!held.isEmpty()) {
      held.remove().run();
    }
  }

  /** Decides the fate of each update. */
  public void judge(Function<Update, Status> verdict) {
    this.verdict = verdict;
  }

  /** Refuses a batch as a whole, without a word on its updates, if one of them is refused. */
  public void usePlainErrors() {
    plainErrors = true;
  }

  /** Fails every Read. */
  public void failReads(Status status) {
    readVerdict = status;
  }

  public void doNotImplement(Action... actions) {
    unimplementedActions = Set.of(actions);
  }

  /** Another controller shows up with this election ID. */
  public void arbitrateForAnother(long electionId) {
    primary = electionId;
    StreamMessageResponse told = arbitration(electionId, Status.Code.ALREADY_EXISTS);
    List.copyOf(streams).forEach(stream -> stream.onNext(told));
  }

  /** The other controller leaves, and the device makes the one that is still there the primary. */
  public void promote(long electionId) {
    primary = electionId;
    StreamMessageResponse told = arbitration(electionId, Status.Code.OK);
    List.copyOf(streams).forEach(stream -> stream.onNext(told));
  }

  /** Puts an entity there without P4Runtime. */
  public void smuggle(Entity entity) {
    entities.put(EntityCodec.identityOf(entity), entity);
  }

  /** Sends a packet to every controller that listens. */
  public void send(PacketIn packet) {
    StreamMessageResponse message = StreamMessageResponse.newBuilder().setPacket(packet).build();
    List.copyOf(streams).forEach(stream -> stream.onNext(message));
  }

  /** Takes an entity away without P4Runtime. */
  public void steal(Entity entity) {
    if (entities.remove(EntityCodec.identityOf(entity)) == null) {
      throw new AssertionError("not there: " + entity);
    }
  }

  public void setCookie(long value) {
    cookie = OptionalLong.of(value);
  }

  // What tests look at.

  public List<Entity> entities() {
    return List.copyOf(entities.values());
  }

  public List<Entity> defaults() {
    return List.copyOf(defaults.values());
  }

  /** Every Write that arrived, as its updates. */
  public List<List<Update>> writes() {
    return List.copyOf(writes);
  }

  /** Every update that arrived, in order. */
  public List<Update> updates() {
    return writes.stream().flatMap(List::stream).toList();
  }

  public void forgetWrites() {
    writes.clear();
    pipelineActions.clear();
    reads = 0;
  }

  public List<Action> pipelineActions() {
    return List.copyOf(pipelineActions);
  }

  public int reads() {
    return reads;
  }

  public int mostWritesInFlight() {
    return mostInFlight;
  }

  public int heldWrites() {
    return held.size();
  }

  public int connections() {
    return streams.size();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  // The service.

  @Override
  public StreamObserver<StreamMessageRequest> streamChannel(
      StreamObserver<StreamMessageResponse> responses) {
    ((ServerCallStreamObserver<StreamMessageResponse>) responses)
        .setOnCancelHandler(() -> streams.remove(responses));
    return new StreamObserver<>() {
      @Override
      public void onNext(StreamMessageRequest request) {
        if (silent) {
          return;
        }
        streams.add(responses);
        long electionId = request.getArbitration().getElectionId().getLow();
        if (Long.compareUnsigned(electionId, primary) >= 0) {
          primary = electionId;
          responses.onNext(arbitration(primary, Status.Code.OK));
        } else {
          responses.onNext(arbitration(primary, Status.Code.ALREADY_EXISTS));
        }
      }

      @Override
      public void onError(Throwable error) {
        streams.remove(responses);
      }

      @Override
      public void onCompleted() {
        streams.remove(responses);
        responses.onCompleted();
      }
    };
  }

  private static StreamMessageResponse arbitration(long electionId, Status.Code code) {
    return StreamMessageResponse.newBuilder()
        .setArbitration(
            MasterArbitrationUpdate.newBuilder()
                .setDeviceId(DEVICE_ID)
                .setElectionId(Uint128.newBuilder().setLow(electionId))
                .setStatus(com.google.rpc.Status.newBuilder().setCode(code.value())))
        .build();
  }

  @Override
  public void write(WriteRequest request, StreamObserver<WriteResponse> response) {
    if (silent) {
      return;
    }
    if (request.getElectionId().getLow() != primary) {
      response.onError(
          Status.PERMISSION_DENIED.withDescription("not the primary").asRuntimeException());
      return;
    }
    if (cookie.isEmpty()) {
      response.onError(
          Status.FAILED_PRECONDITION.withDescription("no pipeline").asRuntimeException());
      return;
    }
    writes.add(request.getUpdatesList());
    if (holding) {
      held.add(() -> answer(request, response));
      mostInFlight = Math.max(mostInFlight, held.size());
    } else {
      answer(request, response);
    }
  }

  private void answer(WriteRequest request, StreamObserver<WriteResponse> response) {
    List<Status> verdicts = request.getUpdatesList().stream().map(verdict).toList();
    if (plainErrors) {
      Status refusal = verdicts.stream().filter(v -> !v.isOk()).findFirst().orElse(Status.OK);
      if (!refusal.isOk()) {
        response.onError(refusal.asRuntimeException());
        return;
      }
    }
    com.google.rpc.Status.Builder details =
        com.google.rpc.Status.newBuilder().setCode(Status.Code.UNKNOWN.value());
    boolean anyRefused = false;
    for (int i = 0; i < verdicts.size(); i++) {
      Status result = verdicts.get(i).isOk() ? apply(request.getUpdates(i)) : verdicts.get(i);
      anyRefused |= !result.isOk();
      Error.Builder error = Error.newBuilder().setCanonicalCode(result.getCode().value());
      if (result.getDescription() != null) {
        error.setMessage(result.getDescription());
      }
      details.addDetails(Any.pack(error.build()));
    }
    if (anyRefused) {
      response.onError(StatusProto.toStatusRuntimeException(details.build()));
    } else {
      response.onNext(WriteResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private Status apply(Update update) {
    Entity entity = update.getEntity();
    if (entity.getTableEntry().getIsDefaultAction()) {
      defaults.put(entity.getTableEntry().getTableId(), entity);
      return Status.OK;
    }
    Entity identity = EntityCodec.identityOf(entity);
    switch (update.getType()) {
      case INSERT -> {
        return entities.putIfAbsent(identity, entity) == null
            ? Status.OK
            : Status.ALREADY_EXISTS.withDescription("entry exists");
      }
      case MODIFY -> {
        return entities.replace(identity, entity) != null
            ? Status.OK
            : Status.NOT_FOUND.withDescription("no such entry");
      }
      case DELETE -> {
        return entities.remove(identity) != null
            ? Status.OK
            : Status.NOT_FOUND.withDescription("no such entry");
      }
      default -> {
        return Status.INVALID_ARGUMENT.withDescription("update without a type");
      }
    }
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> response) {
    if (silent) {
      return;
    }
    reads++;
    if (!readVerdict.isOk()) {
      response.onError(readVerdict.asRuntimeException());
      return;
    }
    for (Entity query : request.getEntitiesList()) {
      // One message for each entity: the most awkward way that is legal.
      matching(query)
          .forEach(e -> response.onNext(ReadResponse.newBuilder().addEntities(e).build()));
    }
    response.onCompleted();
  }

  private Stream<Entity> matching(Entity query) {
    return switch (query.getEntityCase()) {
      case TABLE_ENTRY -> {
        TableEntry wanted = query.getTableEntry();
        yield wanted.getIsDefaultAction()
            ? Stream.ofNullable(defaults.get(wanted.getTableId()))
            : entriesOf(wanted.getTableId());
      }
      case PACKET_REPLICATION_ENGINE_ENTRY ->
          entities.values().stream()
              .filter(Entity::hasPacketReplicationEngineEntry)
              .filter(e -> typeOf(e) == typeOf(query));
      case DIRECT_COUNTER_ENTRY ->
          entriesOf(query.getDirectCounterEntry().getTableEntry().getTableId())
              .map(
                  entry ->
                      Entity.newBuilder()
                          .setDirectCounterEntry(
                              DirectCounterEntry.newBuilder()
                                  .setTableEntry(EntityCodec.identityOf(entry).getTableEntry())
                                  .setData(
                                      CounterData.newBuilder().setPacketCount(3).setByteCount(300)))
                          .build());
      case COUNTER_ENTRY ->
          Stream.of(0, 1)
              .map(
                  index ->
                      Entity.newBuilder()
                          .setCounterEntry(
                              CounterEntry.newBuilder()
                                  .setCounterId(query.getCounterEntry().getCounterId())
                                  .setIndex(Index.newBuilder().setIndex(index))
                                  .setData(
                                      CounterData.newBuilder()
                                          .setPacketCount(5 + index)
                                          .setByteCount(500)))
                          .build());
      default -> throw new AssertionError("nobody should ask for " + query);
    };
  }

  private static PacketReplicationEngineEntry.TypeCase typeOf(Entity entity) {
    return entity.getPacketReplicationEngineEntry().getTypeCase();
  }

  private Stream<Entity> entriesOf(int tableId) {
    return entities.values().stream()
        .filter(e -> e.hasTableEntry() && e.getTableEntry().getTableId() == tableId);
  }

  @Override
  public void setForwardingPipelineConfig(
      SetForwardingPipelineConfigRequest request,
      StreamObserver<SetForwardingPipelineConfigResponse> response) {
    if (silent) {
      return;
    }
    pipelineActions.add(request.getAction());
    if (unimplementedActions.contains(request.getAction())) {
      response.onError(new StatusRuntimeException(Status.UNIMPLEMENTED));
      return;
    }
    cookie = OptionalLong.of(request.getConfig().getCookie().getCookie());
    if (request.getAction() == Action.VERIFY_AND_COMMIT) {
      entities.clear();
      defaults.clear();
    }
    response.onNext(SetForwardingPipelineConfigResponse.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public void getForwardingPipelineConfig(
      GetForwardingPipelineConfigRequest request,
      StreamObserver<GetForwardingPipelineConfigResponse> response) {
    if (silent) {
      return;
    }
    if (cookie.isEmpty()) {
      response.onError(
          Status.FAILED_PRECONDITION.withDescription("no pipeline").asRuntimeException());
      return;
    }
    response.onNext(
        GetForwardingPipelineConfigResponse.newBuilder()
            .setConfig(
                ForwardingPipelineConfig.newBuilder()
                    .setCookie(
                        ForwardingPipelineConfig.Cookie.newBuilder().setCookie(cookie.getAsLong())))
            .build());
    response.onCompleted();
  }

  @Override
  public void capabilities(
      CapabilitiesRequest request, StreamObserver<CapabilitiesResponse> response) {
    if (silent) {
      return;
    }
    CapabilitiesResponse.Builder answer =
        CapabilitiesResponse.newBuilder().setP4RuntimeApiVersion("1.3.0");
    if (!unavailable.isEmpty()) {
      answer.setExperimental(
          Any.pack(DeviceLimits.newBuilder().addAllUnavailableIds(unavailable).build()));
    }
    response.onNext(answer.build());
    response.onCompleted();
  }
}
