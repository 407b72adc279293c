package io.tern.northbound.error;

import io.grpc.StatusRuntimeException;
import io.tern.core.intent.IntentException;
import java.util.function.UnaryOperator;

/** Refused changes of the intent as errors of the API. */
public final class IntentErrors {
  private IntentErrors() {}

  /**
   * The error for a change that was refused.
   *
   * @param nameAt for a field of the request, the name of the resource that it is about
   */
  public static StatusRuntimeException toStatus(
      IntentException refusal, UnaryOperator<String> nameAt) {
    String field = refusal.field();
    // The intent's rules name a field of the request or, where none is at fault, the resource.
    String name = field.contains("/") ? field : nameAt.apply(field);
    String why = refusal.getMessage();
    return switch (refusal.kind()) {
      case INVALID_ARGUMENT -> ApiErrors.invalid(field, why);
      case NOT_FOUND -> ApiErrors.notFound(field, name, why);
      case ALREADY_EXISTS -> ApiErrors.alreadyExists(field, name, why);
      case FAILED_PRECONDITION -> ApiErrors.failedPrecondition(name, why);
      case ABORTED -> ApiErrors.aborted(name, why);
      case RESOURCE_EXHAUSTED -> ApiErrors.exhausted(name, why);
      // The cause names files of the controller: it is in the log, not in the answer.
      case UNAVAILABLE ->
          ApiErrors.unavailable(
              "STORE_UNAVAILABLE", "the intent store cannot write now; nothing was changed");
    };
  }
}
