package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** An error of the API, with assertions that read like its specification. */
final class Refusal {
  private final StatusRuntimeException exception;
  private final Status status;

  private Refusal(StatusRuntimeException exception) {
    this.exception = exception;
    this.status = StatusProto.fromThrowable(exception);
  }

  /** The refusal of a call; fails if it is not refused. */
  static Refusal of(ThrowingCallable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e).as("refusal of the call").isNotNull();
    return new Refusal(e);
  }

  Refusal is(Code code) {
    assertThat(exception.getStatus().getCode()).as("%s", exception).isEqualTo(code);
    ErrorInfo info = detail(ErrorInfo.class).orElseThrow();
    assertThat(info.getDomain()).isEqualTo("tern.io");
    assertThat(info.getReason()).matches("[A-Z][A-Z_]+[A-Z]");
    return this;
  }

  Refusal because(String reason) {
    assertThat(detail(ErrorInfo.class).orElseThrow().getReason()).isEqualTo(reason);
    return this;
  }

  /** A field that the details name, with what they say about it. */
  Refusal field(String path, String... saying) {
    List<BadRequest.FieldViolation> violations =
        detail(BadRequest.class).orElseThrow().getFieldViolationsList();
    assertThat(violations).extracting(BadRequest.FieldViolation::getField).contains(path);
    String description =
        violations.stream()
            .filter(violation -> violation.getField().equals(path))
            .findFirst()
            .orElseThrow()
            .getDescription();
    for (String part : saying) {
      assertThat(description).contains(part);
    }
    return this;
  }

  Refusal onlyFields(String... paths) {
    assertThat(detail(BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly(paths);
    return this;
  }

  Refusal resource(String type, String name) {
    ResourceInfo info = detail(ResourceInfo.class).orElseThrow();
    assertThat(info.getResourceType()).isEqualTo(type);
    assertThat(info.getResourceName()).isEqualTo(name);
    return this;
  }

  Refusal precondition(String subject) {
    assertThat(detail(PreconditionFailure.class).orElseThrow().getViolationsList())
        .extracting(PreconditionFailure.Violation::getSubject)
        .containsExactly(subject);
    return this;
  }

  Refusal saying(String... parts) {
    assertThat(status.getMessage()).contains(parts);
    return this;
  }

  /** Everything that travels back to the client. */
  String text() {
    return status + " " + exception;
  }

  int octets() {
    return status.getSerializedSize();
  }

  private <T extends Message> Optional<T> detail(Class<T> type) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    return Optional.empty();
  }
}
