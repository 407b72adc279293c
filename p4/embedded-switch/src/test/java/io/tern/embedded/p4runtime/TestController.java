package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.Role;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A P4Runtime client for tests: what it asks and what it gets, without ceremony. */
public final class TestController implements AutoCloseable {
  public static final long DEVICE = 1;
  private static final long PATIENCE_SECONDS = 10;

  private final ManagedChannel channel;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;

  public TestController(String serverName) {
    channel = InProcessChannelBuilder.forName(serverName).build();
    stub = P4RuntimeGrpc.newBlockingStub(channel);
  }

  public P4RuntimeGrpc.P4RuntimeBlockingStub stub() {
    return stub;
  }

  /** A stream with what came on it. */
  public final class Stream {
    private final BlockingQueue<StreamMessageResponse> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private ClientCallStreamObserver<StreamMessageRequest> requests;

    Stream(boolean reads) {
      P4RuntimeGrpc.newStub(channel)
          .streamChannel(
              new ClientResponseObserver<StreamMessageRequest, StreamMessageResponse>() {
                @Override
                public void beforeStart(ClientCallStreamObserver<StreamMessageRequest> call) {
                  requests = call;
                  if (!reads) {
                    call.disableAutoRequestWithInitial(0);
                  }
                }

                @Override
                public void onNext(StreamMessageResponse message) {
                  received.add(message);
                }

                @Override
                public void onError(Throwable error) {
                  end.complete(Status.fromThrowable(error));
                }

                @Override
                public void onCompleted() {
                  end.complete(Status.OK);
                }
              });
    }

    public Stream send(StreamMessageRequest message) {
      requests.onNext(message);
      return this;
    }

    public Stream claim(MasterArbitrationUpdate.Builder claim) {
      return send(StreamMessageRequest.newBuilder().setArbitration(claim).build());
    }

    /** Claims the default role. */
    public Stream claim(long electionId) {
      return claim(TestController.claim("", electionId));
    }

    public StreamMessageResponse next() {
      try {
        StreamMessageResponse message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
          throw new AssertionError(
              "nothing came on the stream; it "
                  + (end.isDone() ? "ended: " + end.join() : "is open"));
        }
        return message;
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }

    /** Arbitration status and election ID, as {@code OK 7}. */
    public String nextArbitration() {
      MasterArbitrationUpdate update = next().getArbitration();
      return Status.fromCodeValue(update.getStatus().getCode()).getCode()
          + " "
          + (update.hasElectionId() ? update.getElectionId().getLow() : "none");
    }

    public List<StreamMessageResponse> waiting() {
      List<StreamMessageResponse> all = new ArrayList<>();
      received.drainTo(all);
      return all;
    }

    public Status end() {
      try {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new AssertionError("the stream did not end", e);
      }
    }

    /** Breaks the stream, as a controller that dies does. */
    public void cut() {
      requests.cancel("cut by the test", null);
    }

    public void close() {
      requests.onCompleted();
    }

    void request(int messages) {
      requests.request(messages);
    }
  }

  public Stream stream() {
    return new Stream(true);
  }

  /** A stream whose controller takes messages only as it asks for them. */
  Stream slowStream() {
    return new Stream(false);
  }

  /** Opens a stream and becomes primary. */
  public Stream primary(long electionId) {
    Stream stream = stream().claim(electionId);
    String answer = stream.nextArbitration();
    if (!answer.equals("OK " + electionId)) {
      throw new AssertionError("not primary: " + answer);
    }
    return stream;
  }

  public static MasterArbitrationUpdate.Builder claim(String role, long electionId) {
    MasterArbitrationUpdate.Builder claim =
        MasterArbitrationUpdate.newBuilder().setDeviceId(DEVICE).setElectionId(id(electionId));
    if (!role.isEmpty()) {
      claim.setRole(Role.newBuilder().setName(role));
    }
    return claim;
  }

  public static Uint128 id(long electionId) {
    return Uint128.newBuilder().setLow(electionId).build();
  }

  public void setPipeline(long electionId, Action action, ForwardingPipelineConfig config) {
    SetForwardingPipelineConfigRequest.Builder request =
        SetForwardingPipelineConfigRequest.newBuilder()
            .setDeviceId(DEVICE)
            .setElectionId(id(electionId))
            .setAction(action);
    if (config != null) {
      request.setConfig(config);
    }
    stub.setForwardingPipelineConfig(request.build());
  }

  public void write(long electionId, Update... updates) {
    write(electionId, WriteRequest.Atomicity.CONTINUE_ON_ERROR, updates);
  }

  public void write(long electionId, WriteRequest.Atomicity atomicity, Update... updates) {
    stub.write(
        WriteRequest.newBuilder()
            .setDeviceId(DEVICE)
            .setElectionId(id(electionId))
            .setAtomicity(atomicity)
            .addAllUpdates(Arrays.asList(updates))
            .build());
  }

  public List<Entity> read(Entity... requests) {
    List<Entity> found = new ArrayList<>();
    stub.read(
            ReadRequest.newBuilder()
                .setDeviceId(DEVICE)
                .addAllEntities(Arrays.asList(requests))
                .build())
        .forEachRemaining(response -> found.addAll(response.getEntitiesList()));
    return found;
  }

  /** The errors of a batch, one per element, as {@code NOT_FOUND: message} or {@code OK}. */
  public static List<String> errors(Throwable failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    return status.getDetailsList().stream()
        .map(
            any -> {
              try {
                Error error = any.unpack(Error.class);
                Status.Code code = Status.fromCodeValue(error.getCanonicalCode()).getCode();
                return code == Status.Code.OK ? "OK" : code + ": " + error.getMessage();
              } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  public static Status.Code code(Throwable failure) {
    return ((StatusRuntimeException) failure).getStatus().getCode();
  }

  public static ByteString bytes(int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    return ByteString.copyFrom(bytes);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
