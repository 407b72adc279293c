package io.tern.southbound.session;

import com.google.common.collect.Iterables;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.tern.proto.device.v1.DeviceLimits;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.CapabilitiesResponse;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest.ResponseType;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.ReadResponse;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.southbound.metrics.SouthboundMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The RPCs of one connection, each with a deadline. Confined to the device's context; futures
 * complete inside it, exceptionally with a {@link io.grpc.StatusRuntimeException}.
 */
final class P4RuntimeCalls {
  private final DeviceContext context;
  private final Channel channel;
  private final long deviceId;
  private final ElectionId electionId;
  private final SessionOptions options;
  private final SouthboundMetrics metrics;
  private int outstanding;

  P4RuntimeCalls(
      DeviceContext context,
      Channel channel,
      long deviceId,
      ElectionId electionId,
      SessionOptions options,
      SouthboundMetrics metrics) {
    this.context = context;
    this.channel = channel;
    this.deviceId = deviceId;
    this.electionId = electionId;
    this.options = options;
    this.metrics = metrics;
  }

  /** Calls that wait for their answer. */
  int outstanding() {
    return outstanding;
  }

  CompletableFuture<Void> write(List<Update> updates) {
    WriteRequest request =
        WriteRequest.newBuilder()
            .setDeviceId(deviceId)
            .setElectionId(electionId.toProto())
            .setAtomicity(WriteRequest.Atomicity.CONTINUE_ON_ERROR)
            .addAllUpdates(updates)
            .build();
    return call(P4RuntimeGrpc.getWriteMethod(), request, options.writeTimeout())
        .thenApply(answers -> null);
  }

  CompletableFuture<List<Entity>> read(List<Entity> query) {
    ReadRequest request =
        ReadRequest.newBuilder().setDeviceId(deviceId).addAllEntities(query).build();
    return call(P4RuntimeGrpc.getReadMethod(), request, options.readTimeout())
        .thenApply(
            answers -> {
              List<Entity> entities = new ArrayList<>();
              for (ReadResponse answer : answers) {
                entities.addAll(answer.getEntitiesList());
              }
              return entities;
            });
  }

  /** The cookie of the program that runs, or empty if the device has none or gives none away. */
  CompletableFuture<OptionalLong> cookie() {
    GetForwardingPipelineConfigRequest request =
        GetForwardingPipelineConfigRequest.newBuilder()
            .setDeviceId(deviceId)
            .setResponseType(ResponseType.COOKIE_ONLY)
            .build();
    return call(
            P4RuntimeGrpc.getGetForwardingPipelineConfigMethod(),
            request,
            options.heartbeatTimeout())
        .handle(
            (answers, error) -> {
              if (error == null) {
                var config = Iterables.getOnlyElement(answers).getConfig();
                return config.hasCookie()
                    ? OptionalLong.of(config.getCookie().getCookie())
                    : OptionalLong.empty();
              }
              return switch (Status.fromThrowable(error).getCode()) {
                // Targets differ in how they say that nothing is loaded yet.
                case FAILED_PRECONDITION, NOT_FOUND, UNIMPLEMENTED -> OptionalLong.empty();
                default -> throw Status.fromThrowable(error).asRuntimeException();
              };
            });
  }

  CompletableFuture<Void> setPipeline(PipelineConfig pipeline, Action action) {
    SetForwardingPipelineConfigRequest request =
        SetForwardingPipelineConfigRequest.newBuilder()
            .setDeviceId(deviceId)
            .setElectionId(electionId.toProto())
            .setAction(action)
            .setConfig(pipeline.toProto())
            .build();
    return call(
            P4RuntimeGrpc.getSetForwardingPipelineConfigMethod(),
            request,
            options.pipelineTimeout())
        .thenApply(answers -> null);
  }

  /** The version of P4Runtime that the device speaks, or "" if it is too old to say. */
  CompletableFuture<String> apiVersion() {
    CapabilitiesRequest request = CapabilitiesRequest.newBuilder().setDeviceId(deviceId).build();
    return call(P4RuntimeGrpc.getCapabilitiesMethod(), request, options.heartbeatTimeout())
        .handle(
            (answers, error) ->
                error == null ? Iterables.getOnlyElement(answers).getP4RuntimeApiVersion() : "");
  }

  /**
   * IDs of tables and actions that the device's P4Info has, and that the device refuses all the
   * same (device_limits.proto); none if it says nothing of the kind.
   */
  CompletableFuture<Set<Integer>> unavailableIds() {
    CapabilitiesRequest request = CapabilitiesRequest.newBuilder().setDeviceId(deviceId).build();
    return call(P4RuntimeGrpc.getCapabilitiesMethod(), request, options.heartbeatTimeout())
        .thenApply(answers -> limits(Iterables.getOnlyElement(answers)))
        .exceptionallyCompose(
            error ->
                // Too old to say.
                Status.fromThrowable(error).getCode() == Status.Code.UNIMPLEMENTED
                    ? CompletableFuture.completedFuture(Set.of())
                    : CompletableFuture.failedFuture(error));
  }

  private static Set<Integer> limits(CapabilitiesResponse capabilities) {
    Any extension = capabilities.getExperimental();
    if (!extension.is(DeviceLimits.class)) {
      return Set.of();
    }
    try {
      return Set.copyOf(extension.unpack(DeviceLimits.class).getUnavailableIdsList());
    } catch (InvalidProtocolBufferException e) {
      throw Status.DATA_LOSS
          .withDescription("the device's DeviceLimits cannot be read: " + e.getMessage())
          .withCause(e)
          .asRuntimeException();
    }
  }

  private <Q, A> CompletableFuture<List<A>> call(
      MethodDescriptor<Q, A> method, Q request, Duration timeout) {
    context.throwIfNotInside();
    CompletableFuture<List<A>> result = new CompletableFuture<>();
    long start = context.nanoTime();
    outstanding++;
    StreamObserver<A> observer =
        new StreamObserver<>() {
          private final List<A> answers = new ArrayList<>();

          @Override
          public void onNext(A answer) {
            answers.add(answer);
          }

          @Override
          public void onError(Throwable error) {
            context.executeHere(
                () -> {
                  ended(Status.fromThrowable(error).getCode());
                  result.completeExceptionally(error);
                });
          }

          @Override
          public void onCompleted() {
            context.executeHere(
                () -> {
                  ended(Status.Code.OK);
                  result.complete(answers);
                });
          }

          private void ended(Status.Code code) {
            outstanding--;
            metrics.rpc(method.getBareMethodName(), code, context.nanoTime() - start);
          }
        };
    ClientCall<Q, A> call =
        channel.newCall(method, CallOptions.DEFAULT.withDeadline(context.deadlineAfter(timeout)));
    if (method.getType() == MethodDescriptor.MethodType.UNARY) {
      ClientCalls.asyncUnaryCall(call, request, observer);
    } else {
      ClientCalls.asyncServerStreamingCall(call, request, observer);
    }
    return result;
  }
}
