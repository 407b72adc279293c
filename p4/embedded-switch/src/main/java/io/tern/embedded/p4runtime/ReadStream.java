package io.tern.embedded.p4runtime;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.ReadResponse;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a read found in messages of bounded size, as fast as the controller takes them.
 *
 * <p>Runs on the threads that gRPC gives to the call, one at a time.
 */
final class ReadStream {
  private static final Logger log = LoggerFactory.getLogger(ReadStream.class);

  /** Octets of a message beyond which nothing is added: far below gRPC's limit of 4 MiB. */
  private static final int MESSAGE_SIZE = 256 * 1024;

  private final P4RuntimeDevice.Found found;
  private final Iterator<PendingEntity> entities;
  private final ServerCallStreamObserver<ReadResponse> call;
  private boolean done;

  ReadStream(P4RuntimeDevice.Found found, ServerCallStreamObserver<ReadResponse> call) {
    this.found = found;
    this.entities = found.entities().iterator();
    this.call = call;
  }

  void start() {
    call.setOnCancelHandler(() -> done = true);
    call.setOnReadyHandler(this::flow);
    flow();
  }

  private void flow() {
    try {
      while (!done && call.isReady()) {
        if (entities.hasNext()) {
          call.onNext(next());
        } else {
          done = true;
          if (found.failure() == null) {
            call.onCompleted();
          } else {
            call.onError(found.failure());
          }
        }
      }
    } catch (RuntimeException e) {
      done = true;
      log.error("A read met a fault of the switch", e);
      call.onError(
          Status.INTERNAL.withDescription("fault of the switch: " + e).asRuntimeException());
    }
  }

  private ReadResponse next() {
    ReadResponse.Builder response = ReadResponse.newBuilder();
    int size = 0;
    while (entities.hasNext() && size < MESSAGE_SIZE) {
      Entity entity = entities.next().build();
      size += entity.getSerializedSize();
      response.addEntities(entity);
    }
    return response.build();
  }
}
