package io.tern.embedded.p4runtime;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketOut;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * One P4Runtime device.
 *
 * <p>Control side (package-private, called by the gRPC service): serialized by one lock, so that
 * writes are strictly serializable (section 12.1), a read sees whole batches (section 13.4), and a
 * new primary is accepted only after the writes of the old one are done (section 5.3). A request
 * that is refused changes nothing.
 *
 * <p>Forwarding side (public, called by the forwarding thread): takes no lock. A change of pipeline
 * takes effect between two packets.
 */
public final class P4RuntimeDevice {
  private final long deviceId;
  private final DataPlaneLoader loader;
  private final PipelineObserver observer;
  private final Predicate<byte[]> cpuPortInput;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Arbitration arbitration;

  @GuardedBy("lock")
  private final Set<StreamSession> sessions = new LinkedHashSet<>();

  /** What reads and writes mean: the saved pipeline, or else the forwarding one. */
  @GuardedBy("lock")
  private Pipeline control;

  /** What packets meet; written under the lock. */
  private volatile Pipeline forwarding;

  /** Who gets packets; written under the lock. */
  private volatile List<StreamSession> primaries = List.of();

  private final LongAdder updatesApplied = new LongAdder();
  private final LongAdder updatesRefused = new LongAdder();
  private final LongAdder pipelinesCommitted = new LongAdder();
  private final LongAdder packetIns = new LongAdder();
  private final LongAdder packetInsDropped = new LongAdder();
  private final LongAdder packetOuts = new LongAdder();
  private final LongAdder packetOutsRefused = new LongAdder();
  private final LongAdder withoutPipeline = new LongAdder();

  /**
   * Makes a device without a pipeline.
   *
   * @param deviceId unsigned, not 0
   * @param cpuPortInput takes a frame that enters by the CPU port, controller header first; false
   *     if there is no room for it; throws {@link DataPlaneException} if it takes none; must not
   *     block
   */
  public P4RuntimeDevice(long deviceId, DataPlaneLoader loader, Predicate<byte[]> cpuPortInput) {
    this(deviceId, loader, (config, dataPlane) -> {}, cpuPortInput);
  }

  /**
   * The same for a target that has to do something when a pipeline becomes the one that packets
   * meet.
   *
   * @param observer told before each commit
   */
  public P4RuntimeDevice(
      long deviceId,
      DataPlaneLoader loader,
      PipelineObserver observer,
      Predicate<byte[]> cpuPortInput) {
    if (deviceId == 0) {
      throw new IllegalArgumentException("deviceId is 0, P4Runtime has no such device");
    }
    this.deviceId = deviceId;
    this.loader = requireNonNull(loader, "loader");
    this.observer = requireNonNull(observer, "observer");
    this.cpuPortInput = requireNonNull(cpuPortInput, "cpuPortInput");
    this.arbitration = new Arbitration(deviceId, this::refreshPrimaries);
  }

  public long deviceId() {
    return deviceId;
  }

  /**
   * Loads a pipeline before any controller does.
   *
   * @throws IllegalArgumentException if the target cannot realize it
   */
  public void preload(ForwardingPipelineConfig config) {
    Pipeline pipeline;
    try {
      pipeline = Pipeline.load(true, config, loader);
    } catch (P4RuntimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    lock.lock();
    try {
      commit(pipeline);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Loads a pipeline with what a target kept of it, before any controller does.
   *
   * @param kept what was written to it, in an order in which it can be written again
   * @return why some of it was not taken, a line each; the rest was
   * @throws IllegalArgumentException if the target cannot realize the pipeline
   */
  public List<String> adopt(ForwardingPipelineConfig config, Iterable<Update> kept) {
    List<String> refused = new ArrayList<>();
    lock.lock();
    try {
      Pipeline pipeline = Pipeline.load(true, config, loader);
      for (Update update : kept) {
        try {
          pipeline.write(update, UndoLog.discarding());
        } catch (P4RuntimeException | DataPlaneException e) {
          refused.add(e.getMessage());
        }
      }
      commit(pipeline);
    } catch (P4RuntimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } finally {
      lock.unlock();
    }
    return refused;
  }

  /**
   * Loads the forwarding pipeline anew and gives it everything that was written to the old one,
   * with its counters; nothing if there is none.
   *
   * @throws IllegalArgumentException if the target cannot; the old one stays
   */
  public void reload() {
    lock.lock();
    try {
      if (forwarding != null) {
        Pipeline next = Pipeline.load(true, forwarding.config(), loader);
        next.takeOver(forwarding);
        commit(next);
      }
    } catch (P4RuntimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs a frame through the pipeline; drops it, counted, if there is none. One thread at a time.
   */
  public void process(
      int ingressPort, byte[] frame, int offset, int length, DataPlane.PacketOut out) {
    Pipeline pipeline = forwarding;
    if (pipeline == null) {
      withoutPipeline.increment();
    } else {
      pipeline.dataPlane().process(ingressPort, frame, offset, length, out);
    }
  }

  /** Hands a frame that left by the CPU port to the primaries; never blocks. */
  public void packetIn(byte[] frame, int offset, int length) {
    Pipeline pipeline = forwarding;
    PacketIn packet =
        pipeline == null ? null : pipeline.packetHeaders().toPacketIn(frame, offset, length);
    boolean taken = false;
    if (packet != null) {
      StreamMessageResponse message = StreamMessageResponse.newBuilder().setPacket(packet).build();
      for (StreamSession primary : primaries) {
        if (primary.offer(message)) {
          packetIns.increment();
          taken = true;
        }
      }
    }
    if (!taken) {
      packetInsDropped.increment();
    }
  }

  public DeviceStatistics statistics() {
    return new DeviceStatistics(
        updatesApplied.sum(),
        updatesRefused.sum(),
        pipelinesCommitted.sum(),
        packetIns.sum(),
        packetInsDropped.sum(),
        packetOuts.sum(),
        packetOutsRefused.sum(),
        withoutPipeline.sum());
  }

  /** Ends every stream with UNAVAILABLE. */
  public void disconnectAll() {
    List<StreamSession> open;
    lock.lock();
    try {
      open = List.copyOf(sessions);
    } finally {
      lock.unlock();
    }
    for (StreamSession session : open) {
      session.end(Status.UNAVAILABLE.withDescription("the switch is shutting down"));
      disconnect(session);
    }
  }

  void arbitrate(StreamSession session, MasterArbitrationUpdate claim) {
    lock.lock();
    try {
      sessions.add(session);
      arbitration.update(session, claim);
    } finally {
      lock.unlock();
    }
  }

  void disconnect(StreamSession session) {
    lock.lock();
    try {
      sessions.remove(session);
      arbitration.disconnect(session);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Applies a batch (section 12).
   *
   * @throws P4RuntimeException for the request as a whole
   * @throws StatusRuntimeException with an error per update (section 12.3)
   */
  void write(EncodedWrite write) {
    WriteRequest request = write.head();
    lock.lock();
    try {
      requireDevice(request.getDeviceId());
      arbitration.requirePrimary(
          request.getRole(), request.hasElectionId(), request.getElectionId());
      Pipeline pipeline = requirePipeline();
      BatchOutcome outcome =
          switch (request.getAtomicity()) {
            case CONTINUE_ON_ERROR -> writeEach(pipeline, write);
            case ROLLBACK_ON_ERROR -> writeAll(pipeline, write);
            case DATAPLANE_ATOMIC -> {
              if (write.updates() > 1) {
                throw P4RuntimeException.unimplemented(
                    "DATAPLANE_ATOMIC: this switch changes one entry at a time under traffic, and the"
                        + " batch has %d updates",
                    write.updates());
              }
              yield writeAll(pipeline, write);
            }
            default ->
                throw P4RuntimeException.invalidArgument(
                    "atomicity %d is unknown", request.getAtomicityValue());
          };
      updatesApplied.add(outcome.successes());
      updatesRefused.add(outcome.failures());
      StatusRuntimeException failure = outcome.toException("Write");
      if (failure != null) {
        throw failure;
      }
    } finally {
      lock.unlock();
    }
  }

  private static BatchOutcome writeEach(Pipeline pipeline, EncodedWrite write) {
    BatchOutcome outcome = new BatchOutcome();
    pipeline.writeEach(write, outcome);
    return outcome;
  }

  private static BatchOutcome writeAll(Pipeline pipeline, EncodedWrite write) {
    BatchOutcome outcome = new BatchOutcome();
    UndoLog undo = UndoLog.recording();
    for (int i = 0; i < write.updates(); i++) {
      int update = i;
      if (outcome.failures() == 0) {
        if (!outcome.attempt(() -> pipeline.write(write.update(update), undo))) {
          undo.undo();
          outcome.failSucceeded(aborted("taken back, because update " + i + " failed"));
        }
      } else {
        outcome.fail(aborted("not tried, because an update before it failed"));
      }
    }
    return outcome;
  }

  private static P4RuntimeException aborted(String why) {
    return new P4RuntimeException(Status.Code.ABORTED, why);
  }

  /** What a read found, and its errors in P4Runtime's encoding (null if there are none). */
  record Found(List<PendingEntity> entities, StatusRuntimeException failure) {}

  /**
   * Finds what a batch of requests asks for (section 13).
   *
   * @throws P4RuntimeException for the request as a whole
   */
  Found read(ReadRequest request) {
    lock.lock();
    try {
      requireDevice(request.getDeviceId());
      arbitration.requireRole(request.getRole());
      Pipeline pipeline = requirePipeline();
      List<PendingEntity> entities = new ArrayList<>();
      BatchOutcome outcome = new BatchOutcome();
      request
          .getEntitiesList()
          .forEach(entity -> outcome.attempt(() -> pipeline.read(entity, entities::add)));
      return new Found(entities, outcome.toException("Read"));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Verifies, saves or loads a configuration (section 14).
   *
   * @throws P4RuntimeException why the configuration was not taken; the old one stays
   */
  void setPipeline(SetForwardingPipelineConfigRequest request) {
    lock.lock();
    try {
      requireDevice(request.getDeviceId());
      arbitration.requirePrimary(
          request.getRole(), request.hasElectionId(), request.getElectionId());
      ForwardingPipelineConfig config = request.getConfig();
      switch (request.getAction()) {
        case VERIFY -> Pipeline.load(request.hasConfig(), config, loader);
        case VERIFY_AND_SAVE -> control = Pipeline.load(request.hasConfig(), config, loader);
        case VERIFY_AND_COMMIT -> commit(Pipeline.load(request.hasConfig(), config, loader));
        case COMMIT -> commitSaved(request.hasConfig());
        case RECONCILE_AND_COMMIT -> reconcile(request.hasConfig(), config);
        default ->
            throw P4RuntimeException.invalidArgument(
                "action %d is not one of VERIFY, VERIFY_AND_SAVE, VERIFY_AND_COMMIT, COMMIT,"
                    + " RECONCILE_AND_COMMIT",
                request.getActionValue());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The configuration that reads and writes mean, so the saved one if it is not committed yet.
   *
   * @throws P4RuntimeException NOT_FOUND for another device
   */
  GetForwardingPipelineConfigResponse getPipeline(GetForwardingPipelineConfigRequest request) {
    ForwardingPipelineConfig config;
    lock.lock();
    try {
      requireDevice(request.getDeviceId());
      if (control == null) {
        return GetForwardingPipelineConfigResponse.getDefaultInstance();
      }
      config = control.config();
    } finally {
      lock.unlock();
    }
    ForwardingPipelineConfig.Builder answer = config.toBuilder();
    switch (request.getResponseType()) {
      case ALL -> {}
      case COOKIE_ONLY -> answer.clearP4Info().clearP4DeviceConfig();
      case P4INFO_AND_COOKIE -> answer.clearP4DeviceConfig();
      case DEVICE_CONFIG_AND_COOKIE -> answer.clearP4Info();
      default ->
          throw P4RuntimeException.invalidArgument(
              "response type %d is unknown", request.getResponseTypeValue());
    }
    return GetForwardingPipelineConfigResponse.newBuilder().setConfig(answer).build();
  }

  /**
   * Sends a packet into the data plane.
   *
   * @throws P4RuntimeException what the stream error says
   */
  void packetOut(StreamSession session, PacketOut packet) {
    try {
      if (!primaries.contains(session)) {
        throw P4RuntimeException.permissionDenied("only the primary sends packets");
      }
      Pipeline pipeline = forwarding;
      if (pipeline == null) {
        throw new P4RuntimeException(
            Status.Code.FAILED_PRECONDITION, "there is no forwarding pipeline yet");
      }
      if (!cpuPortInput.test(pipeline.packetHeaders().toFrame(packet))) {
        throw new P4RuntimeException(
            Status.Code.RESOURCE_EXHAUSTED, "the queue of the forwarding thread is full");
      }
      packetOuts.increment();
    } catch (P4RuntimeException e) {
      packetOutsRefused.increment();
      throw e;
    } catch (DataPlaneException e) {
      packetOutsRefused.increment();
      throw P4RuntimeException.of(e);
    }
  }

  /**
   * Lets this device pass.
   *
   * @throws P4RuntimeException NOT_FOUND for another device; 0 stands for the server as a whole
   */
  void requireDeviceOrServer(long id) {
    if (id != 0) {
      requireDevice(id);
    }
  }

  private void requireDevice(long id) {
    if (id != deviceId) {
      throw P4RuntimeException.notFound(
          "device %s is not here, this is device %s",
          Long.toUnsignedString(id), Long.toUnsignedString(deviceId));
    }
  }

  @GuardedBy("lock")
  private Pipeline requirePipeline() {
    if (control == null) {
      throw new P4RuntimeException(
          Status.Code.FAILED_PRECONDITION,
          "there is no forwarding pipeline yet: call SetForwardingPipelineConfig first");
    }
    return control;
  }

  @GuardedBy("lock")
  private void commit(Pipeline pipeline) {
    try {
      observer.committing(pipeline.config(), pipeline.dataPlane());
    } catch (DataPlaneException e) {
      Status.Code code =
          switch (e.code()) {
            case RESOURCE_EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
            case FAILED_PRECONDITION -> Status.Code.FAILED_PRECONDITION;
            default -> Status.Code.INVALID_ARGUMENT;
          };
      throw new P4RuntimeException(code, "the pipeline cannot be realized: " + e.getMessage());
    }
    control = pipeline;
    forwarding = pipeline;
    pipelinesCommitted.increment();
  }

  @GuardedBy("lock")
  private void commitSaved(boolean hasConfig) {
    if (hasConfig) {
      throw P4RuntimeException.invalidArgument("COMMIT takes no config, it realizes the saved one");
    }
    if (control == null || control == forwarding) {
      throw P4RuntimeException.notFound("there is no saved configuration to commit");
    }
    commit(control);
  }

  @GuardedBy("lock")
  private void reconcile(boolean hasConfig, ForwardingPipelineConfig config) {
    Pipeline current = forwarding;
    Pipeline same = current == null || !hasConfig ? null : current.withCookieOf(config);
    if (same != null) {
      commit(same);
      return;
    }
    Pipeline next = Pipeline.load(hasConfig, config, loader);
    if (current != null) {
      next.takeOver(current);
    }
    commit(next);
  }

  @SuppressWarnings("GuardedBy") // Called by the arbitration alone, which is used under the lock.
  private void refreshPrimaries() {
    primaries =
        arbitration.primaries().stream().map(controller -> (StreamSession) controller).toList();
  }
}
