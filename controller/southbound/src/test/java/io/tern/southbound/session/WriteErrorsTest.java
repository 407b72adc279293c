package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Int32Value;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.tern.proto.p4.v1.Error;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteErrorsTest {

  private static Throwable failure(Any... details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.UNKNOWN.value())
            .addAllDetails(List.of(details))
            .build());
  }

  private static Any error(Error.Builder error) {
    return Any.pack(error.build());
  }

  @Test
  void errorsAreReadInTheOrderOfTheUpdates() {
    Throwable failure =
        failure(
            error(Error.newBuilder()),
            error(
                Error.newBuilder()
                    .setCanonicalCode(Status.Code.NOT_FOUND.value())
                    .setMessage("no such table")
                    .setSpace("targetx-psa-vendory")
                    .setCode(3)));

    List<Status> statuses = WriteErrors.perUpdate(failure, 2).orElseThrow();

    assertThat(statuses.get(0).isOk()).isTrue();
    assertThat(statuses.get(1).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(statuses.get(1).getDescription()).isEqualTo("no such table (targetx-psa-vendory 3)");
  }

  @Test
  void errorWithoutTextHasItsCode() {
    Throwable failure = failure(error(Error.newBuilder().setCanonicalCode(8)));

    Status status = WriteErrors.perUpdate(failure, 1).orElseThrow().get(0);

    assertThat(StatusText.of(status)).isEqualTo("RESOURCE_EXHAUSTED");
  }

  @Test
  void plainErrorSpeaksOfTheBatch() {
    assertThat(WriteErrors.perUpdate(Status.INVALID_ARGUMENT.asRuntimeException(), 2)).isEmpty();
  }

  @Test
  void errorsOfAnotherNumberThanTheUpdatesAreNotAttributed() {
    assertThat(WriteErrors.perUpdate(failure(error(Error.newBuilder().setCanonicalCode(3))), 2))
        .isEmpty();
  }

  @Test
  void detailsOfAnotherTypeAreNotAttributed() {
    assertThat(WriteErrors.perUpdate(failure(Any.pack(Int32Value.of(3))), 1)).isEmpty();
  }

  @Test
  void failureWithoutAnyRefusalInItsDetailsIsNotBelieved() {
    assertThat(WriteErrors.perUpdate(failure(error(Error.newBuilder())), 1)).isEmpty();
  }
}
