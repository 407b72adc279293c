package io.tern.embedded.p4runtime;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Any;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.CapabilitiesResponse;
import io.tern.proto.p4.v1.DigestListAckError;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.PacketOutError;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.ReadResponse;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigResponse;
import io.tern.proto.p4.v1.StreamError;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.StreamOtherError;
import io.tern.proto.p4.v1.WriteResponse;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** P4Runtime over gRPC for one device. Thread-safe. */
public final class P4RuntimeService implements BindableService, P4RuntimeGrpc.AsyncService {
  private static final Logger log = LoggerFactory.getLogger(P4RuntimeService.class);

  /** The version of the API whose messages and rules these are. */
  private static final String API_VERSION = "1.4.1";

  private final P4RuntimeDevice device;
  private final Executor executor;
  private final CapabilitiesResponse capabilities;

  /**
   * Serves a device.
   *
   * @param executor sends what waits for controllers
   */
  public P4RuntimeService(P4RuntimeDevice device, Executor executor) {
    this(device, executor, Any.getDefaultInstance());
  }

  /**
   * Serves a device that has something more to say of what it can do.
   *
   * @param executor sends what waits for controllers
   * @param experimental as {@code CapabilitiesResponse} carries it; the empty message for nothing
   */
  public P4RuntimeService(P4RuntimeDevice device, Executor executor, Any experimental) {
    this.device = requireNonNull(device, "device");
    this.executor = requireNonNull(executor, "executor");
    CapabilitiesResponse.Builder answer =
        CapabilitiesResponse.newBuilder().setP4RuntimeApiVersion(API_VERSION);
    if (!experimental.equals(Any.getDefaultInstance())) {
      answer.setExperimental(experimental);
    }
    this.capabilities = answer.build();
  }

  /** The generated service, but for the requests of Write, which stay octets. */
  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition generated = P4RuntimeGrpc.bindService(this);
    MethodDescriptor<EncodedWrite, WriteResponse> write =
        P4RuntimeGrpc.getWriteMethod().toBuilder(
                new EncodedWrite.Marshaller(),
                P4RuntimeGrpc.getWriteMethod().getResponseMarshaller())
            .build();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(generated.getServiceDescriptor().getName())
            .setSchemaDescriptor(generated.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(write);
    generated.getMethods().stream()
        .filter(method -> !isWrite(method))
        .forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(descriptor.build())
            .addMethod(write, ServerCalls.asyncUnaryCall(this::write));
    generated.getMethods().stream().filter(method -> !isWrite(method)).forEach(service::addMethod);
    return service.build();
  }

  private static boolean isWrite(ServerMethodDefinition<?, ?> method) {
    return method
        .getMethodDescriptor()
        .getFullMethodName()
        .equals(P4RuntimeGrpc.getWriteMethod().getFullMethodName());
  }

  private void write(EncodedWrite request, StreamObserver<WriteResponse> observer) {
    answer(
        observer,
        () -> {
          device.write(request);
          return WriteResponse.getDefaultInstance();
        });
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> observer) {
    P4RuntimeDevice.Found found;
    try {
      found = device.read(request);
    } catch (P4RuntimeException e) {
      observer.onError(e.toStatus().asRuntimeException());
      return;
    }
    new ReadStream(found, (ServerCallStreamObserver<ReadResponse>) observer).start();
  }

  @Override
  public void setForwardingPipelineConfig(
      SetForwardingPipelineConfigRequest request,
      StreamObserver<SetForwardingPipelineConfigResponse> observer) {
    answer(
        observer,
        () -> {
          device.setPipeline(request);
          log.info("Pipeline: {} done", request.getAction());
          return SetForwardingPipelineConfigResponse.getDefaultInstance();
        });
  }

  @Override
  public void getForwardingPipelineConfig(
      GetForwardingPipelineConfigRequest request,
      StreamObserver<GetForwardingPipelineConfigResponse> observer) {
    answer(observer, () -> device.getPipeline(request));
  }

  @Override
  public void capabilities(
      CapabilitiesRequest request, StreamObserver<CapabilitiesResponse> observer) {
    answer(
        observer,
        () -> {
          device.requireDeviceOrServer(request.getDeviceId());
          return capabilities;
        });
  }

  @Override
  public StreamObserver<StreamMessageRequest> streamChannel(
      StreamObserver<StreamMessageResponse> observer) {
    ServerCallStreamObserver<StreamMessageResponse> call =
        (ServerCallStreamObserver<StreamMessageResponse>) observer;
    StreamSession session = new StreamSession(call, executor);
    call.setOnReadyHandler(session::schedule);
    call.setOnCancelHandler(() -> leave(session, Status.CANCELLED));
    return new StreamObserver<>() {
      @Override
      public void onNext(StreamMessageRequest message) {
        if (!session.isEnded()) {
          receive(session, message);
        }
      }

      @Override
      public void onError(Throwable error) {
        leave(session, Status.CANCELLED);
      }

      @Override
      public void onCompleted() {
        leave(session, Status.OK);
      }
    };
  }

  private void leave(StreamSession session, Status status) {
    device.disconnect(session);
    session.end(status);
  }

  private void receive(StreamSession session, StreamMessageRequest message) {
    switch (message.getUpdateCase()) {
      case ARBITRATION -> {
        try {
          device.arbitrate(session, message.getArbitration());
        } catch (P4RuntimeException e) {
          leave(session, e.toStatus());
        }
      }
      case PACKET -> {
        try {
          device.packetOut(session, message.getPacket());
        } catch (P4RuntimeException e) {
          report(
              session,
              error(e).setPacketOut(PacketOutError.newBuilder().setPacketOut(message.getPacket())));
        }
      }
      case DIGEST_ACK ->
          report(
              session,
              error(
                      P4RuntimeException.invalidArgument(
                          "digest %d is not enabled: digests are not implemented by this switch",
                          message.getDigestAck().getDigestId()))
                  .setDigestListAck(
                      DigestListAckError.newBuilder().setDigestListAck(message.getDigestAck())));
      case OTHER ->
          report(
              session,
              error(
                      P4RuntimeException.unimplemented(
                          "stream messages of type '%s' are unknown here",
                          message.getOther().getTypeUrl()))
                  .setOther(StreamOtherError.newBuilder().setOther(message.getOther())));
      default ->
          report(
              session,
              error(P4RuntimeException.invalidArgument("the stream message is empty"))
                  .setOther(StreamOtherError.getDefaultInstance()));
    }
  }

  private static StreamError.Builder error(P4RuntimeException reason) {
    return StreamError.newBuilder()
        .setCanonicalCode(reason.code().value())
        .setMessage(reason.getMessage());
  }

  private static void report(StreamSession session, StreamError.Builder error) {
    session.offer(StreamMessageResponse.newBuilder().setError(error).build());
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> request) {
    T response;
    try {
      response = request.get();
    } catch (P4RuntimeException e) {
      observer.onError(e.toStatus().asRuntimeException());
      return;
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    } catch (RuntimeException e) {
      log.error("A request met a fault of the switch", e);
      observer.onError(
          Status.INTERNAL.withDescription("fault of the switch: " + e).asRuntimeException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
