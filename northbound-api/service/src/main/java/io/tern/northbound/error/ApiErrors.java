package io.tern.northbound.error;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the errors of this API (AIP-193): every one has an {@link ErrorInfo} with a reason and the
 * domain "tern.io", and the details that its code calls for.
 *
 * <p>Text from requests is shortened and made printable first: an error travels in HTTP/2 trailers,
 * which clients limit to 8 KiB.
 */
public final class ApiErrors {
  /** Domain of every {@link ErrorInfo}. */
  public static final String DOMAIN = "tern.io";

  private static final int MAX_TEXT = 300;
  private static final int MAX_NAME = 160;
  private static final int MAX_VIOLATIONS = 8;

  /** One wrong field of a request. */
  record FieldViolation(String field, String description) {}

  private ApiErrors() {}

  /** INVALID_ARGUMENT for one field of the request. */
  public static StatusRuntimeException invalid(String field, String description) {
    return invalid(List.of(new FieldViolation(field, description)));
  }

  static StatusRuntimeException invalid(List<FieldViolation> violations) {
    FieldViolation first = violations.get(0);
    String others = violations.size() > 1 ? " (and " + (violations.size() - 1) + " more)" : "";
    return error(
        Code.INVALID_ARGUMENT,
        "FIELD_INVALID",
        (first.field().isEmpty() ? "" : first.field() + ": ") + first.description() + others,
        Map.of(),
        List.of(badRequest(violations)));
  }

  /** INVALID_ARGUMENT for octets that are no request of the method at all. */
  static StatusRuntimeException malformed(String method, String description) {
    return error(
        Code.INVALID_ARGUMENT,
        "REQUEST_MALFORMED",
        "the octets that were sent are no request of " + method + ": " + description,
        Map.of("method", method),
        List.of());
  }

  /**
   * NOT_FOUND.
   *
   * @param field of the request that refers to it, or its own name
   * @param name of the resource that is not there
   */
  public static StatusRuntimeException notFound(String field, String name, String description) {
    return error(
        Code.NOT_FOUND,
        "RESOURCE_NOT_FOUND",
        description,
        Map.of("resource", name),
        aboutResource(field, name, description));
  }

  static StatusRuntimeException alreadyExists(String field, String name, String description) {
    return error(
        Code.ALREADY_EXISTS,
        "RESOURCE_EXISTS",
        description,
        Map.of("resource", name),
        aboutResource(field, name, description));
  }

  static StatusRuntimeException failedPrecondition(String subject, String description) {
    return error(
        Code.FAILED_PRECONDITION,
        "STATE_FORBIDS",
        description,
        Map.of("resource", subject),
        List.of(
            PreconditionFailure.newBuilder()
                .addViolations(
                    PreconditionFailure.Violation.newBuilder()
                        .setType("STATE")
                        .setSubject(shorten(subject, MAX_NAME))
                        .setDescription(printable(description)))
                .build()));
  }

  static StatusRuntimeException aborted(String name, String description) {
    return error(
        Code.ABORTED,
        "ETAG_MISMATCH",
        description,
        Map.of("resource", name),
        List.of(resourceInfo(name, description)));
  }

  static StatusRuntimeException exhausted(String subject, String description) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "NUMBERS_USED_UP",
        description,
        Map.of("resource", subject),
        List.of(
            QuotaFailure.newBuilder()
                .addViolations(
                    QuotaFailure.Violation.newBuilder()
                        .setSubject(shorten(subject, MAX_NAME))
                        .setDescription(printable(description)))
                .build()));
  }

  /** UNAVAILABLE: the same request may succeed later. */
  public static StatusRuntimeException unavailable(String reason, String description) {
    return error(
        Code.UNAVAILABLE,
        reason,
        description,
        Map.of(),
        List.of(RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(1)).build()));
  }

  /** PERMISSION_DENIED: whoever calls is not entitled. */
  public static StatusRuntimeException denied(String reason, String description) {
    return error(Code.PERMISSION_DENIED, reason, description, Map.of(), List.of());
  }

  /** CANCELLED: nobody waits for the answer any more; nothing was changed. */
  public static StatusRuntimeException cancelled() {
    return error(
        Code.CANCELLED,
        "CALL_CANCELLED",
        "the call was cancelled or its deadline passed before anything was changed",
        Map.of(),
        List.of());
  }

  static StatusRuntimeException internal(String incident) {
    return error(
        Code.INTERNAL,
        "INTERNAL",
        "internal error; the controller's log has the details of incident " + incident,
        Map.of("incident", incident),
        List.of());
  }

  private static List<Message> aboutResource(String field, String name, String description) {
    List<Message> details = new ArrayList<>();
    details.add(resourceInfo(name, description));
    if (!field.isEmpty() && !field.equals(name)) {
      details.add(badRequest(List.of(new FieldViolation(field, description))));
    }
    return details;
  }

  private static BadRequest badRequest(List<FieldViolation> violations) {
    BadRequest.Builder request = BadRequest.newBuilder();
    violations.stream()
        .limit(MAX_VIOLATIONS)
        .forEach(
            violation ->
                request.addFieldViolations(
                    BadRequest.FieldViolation.newBuilder()
                        .setField(shorten(violation.field(), MAX_NAME))
                        .setDescription(printable(violation.description()))));
    return request.build();
  }

  private static ResourceInfo resourceInfo(String name, String description) {
    return ResourceInfo.newBuilder()
        .setResourceType(typeOf(name))
        .setResourceName(shorten(name, MAX_NAME))
        .setDescription(printable(description))
        .build();
  }

  private static String typeOf(String name) {
    String[] parts = name.split("/", -1);
    String collection = parts.length < 2 ? "" : parts[parts.length - 2];
    return switch (collection) {
      case "pools" -> "tern.io/Pool";
      case "vips" -> "tern.io/Vip";
      case "cidConfigs" -> "tern.io/CidConfig";
      case "backends" -> "tern.io/Backend";
      case "devices" -> "tern.io/Device";
      default -> "";
    };
  }

  private static StatusRuntimeException error(
      Code code,
      String reason,
      String message,
      Map<String, String> metadata,
      List<Message> details) {
    ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN);
    metadata.forEach((key, value) -> info.putMetadata(key, shorten(value, MAX_NAME)));
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(printable(message))
            .addDetails(Any.pack(info.build()));
    details.forEach(detail -> status.addDetails(Any.pack(detail)));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static String printable(String text) {
    return shorten(text, MAX_TEXT);
  }

  private static String shorten(String text, int most) {
    StringBuilder shortened = new StringBuilder(Math.min(text.length(), most));
    for (int i = 0; i < text.length() && i < most; i++) {
      char c = text.charAt(i);
      shortened.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return text.length() > most ? shortened + "..." : shortened.toString();
  }
}
