package io.tern.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** A store that cannot be opened. Says which file, what is wrong and what to do; never a key. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the file. */
  public enum Kind {
    /** Another controller has it open. */
    LOCKED,
    /** It is damaged, or what it holds contradicts itself. Nothing was written to it. */
    CORRUPT,
    /** It is whole, but something else wrote it. Nothing was written to it. */
    NOT_A_STORE,
    /** A newer Tern wrote it. Nothing was written to it. */
    NEWER_SCHEMA,
    /** The file system refused: no such directory, no permission, no space. */
    INPUT_OUTPUT
  }

  private final Kind kind;

  StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = requireNonNull(kind, "kind");
  }

  StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  public Kind kind() {
    return kind;
  }
}
