package io.tern.benchmark.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A P4Runtime client that does nothing but send requests and wait for answers: what any controller
 * costs at least. Primary from construction to {@link #close}. For one thread.
 */
public final class BareClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final int MAX_INBOUND_MESSAGE = 64 << 20;

  private final ManagedChannel channel;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;
  private final long deviceId;
  private final Uint128 electionId;
  private final StreamObserver<StreamMessageRequest> stream;

  /**
   * Waits for the device and becomes primary.
   *
   * @throws IllegalStateException if another controller is primary
   */
  public BareClient(BenchDevice device, long electionId) {
    this.channel = open(device.target());
    this.stub = P4RuntimeGrpc.newBlockingStub(channel);
    this.deviceId = device.deviceId();
    this.electionId = Uint128.newBuilder().setLow(electionId).build();
    soon().withWaitForReady().capabilities(CapabilitiesRequest.getDefaultInstance());
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    this.stream =
        P4RuntimeGrpc.newStub(channel)
            .streamChannel(
                new StreamObserver<>() {
                  @Override
                  public void onNext(StreamMessageResponse message) {
                    if (message.hasArbitration()) {
                      int code = message.getArbitration().getStatus().getCode();
                      answers.add(code == 0 ? "" : Status.fromCodeValue(code).toString());
                    }
                  }

                  @Override
                  public void onError(Throwable error) {
                    answers.add(error.toString());
                  }

                  @Override
                  public void onCompleted() {
                    answers.add("the device closed its stream");
                  }
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(deviceId)
                    .setElectionId(this.electionId))
            .build());
    String answer = await(answers);
    if (!answer.isEmpty()) {
      channel.shutdownNow();
      throw new IllegalStateException("not primary of " + device.target() + ": " + answer);
    }
  }

  /** A channel in clear text; every call passes {@code interceptors}. */
  public static ManagedChannel open(String target, ClientInterceptor... interceptors) {
    return NettyChannelBuilder.forTarget(target)
        .usePlaintext()
        .maxInboundMessageSize(MAX_INBOUND_MESSAGE)
        // Devices are reached directly, whatever proxy the JVM has for the web.
        .proxyDetector(address -> null)
        .disableRetry()
        .intercept(interceptors)
        .build();
  }

  /** Loads a program; the device has no entries then. */
  public void load(P4Info p4Info, ByteString deviceConfig) {
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
                            .setP4DeviceConfig(deviceConfig))
                    .build());
  }

  /** As {@link #load(P4Info, ByteString)}, from P4Info in text format. */
  public void load(String p4InfoText, ByteString deviceConfig) throws TextFormat.ParseException {
    P4Info.Builder p4Info = P4Info.newBuilder();
    TextFormat.merge(p4InfoText, p4Info);
    load(p4Info.build(), deviceConfig);
  }

  /** Writes one batch; throws if any of it is refused. */
  public void write(List<Update> updates) {
    write(
        WriteRequest.newBuilder()
            .setDeviceId(deviceId)
            .setElectionId(electionId)
            .addAllUpdates(updates)
            .build());
  }

  /** Writes one batch as it is; throws if any of it is refused. */
  public void write(WriteRequest request) {
    var unused = soon().write(request);
  }

  @Override
  public void close() {
    stream.onCompleted();
    channel.shutdownNow();
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub soon() {
    return stub.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static String await(BlockingQueue<String> answers) {
    try {
      String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return answer == null ? "no answer" : answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
