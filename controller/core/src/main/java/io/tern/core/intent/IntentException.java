package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

/** A change that cannot be made, with the reason; the closed set of kinds maps to gRPC codes. */
public final class IntentException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why not. */
  public enum Kind {
    /** A field is wrong whatever the state. */
    INVALID_ARGUMENT,
    /** What is named is not there. */
    NOT_FOUND,
    /** A name or address is taken. */
    ALREADY_EXISTS,
    /** The state forbids it: a pool that is in use, too few slots. */
    FAILED_PRECONDITION,
    /** Someone else changed it first (etag). */
    ABORTED,
    /** A range of numbers is used up. */
    RESOURCE_EXHAUSTED,
    /** The store cannot write now. */
    UNAVAILABLE
  }

  private final Kind kind;
  private final String field;

  /**
   * @param kind why not
   * @param field the field or resource at fault ("backend.address", "pools/web"), or ""
   * @param message what was wrong and what would be right; no secrets
   */
  public IntentException(Kind kind, String field, String message) {
    super(message);
    this.kind = requireNonNull(kind, "kind");
    this.field = requireNonNull(field, "field");
  }

  public Kind kind() {
    return kind;
  }

  public String field() {
    return field;
  }
}
