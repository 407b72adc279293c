package io.tern.agent.pin;

import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.engine.DataPlaneException.Code;
import io.tern.libbpf.BpfException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says why something could not be loaded or pinned, and what helps. */
public final class PinFailure {
  private PinFailure() {}

  /** The reason in words: the messages of Java's exceptions are often a path and nothing else. */
  public static String reason(IOException e) {
    if (!(e instanceof FileSystemException failure)) {
      return String.valueOf(e.getMessage());
    }
    String why = failure.getReason();
    if (why == null) {
      why =
          failure instanceof AccessDeniedException
              ? "permission denied"
              : failure instanceof NoSuchFileException
                  ? "there is no such file or directory"
                  : failure instanceof FileAlreadyExistsException
                      ? "it is there already"
                      : failure.getClass().getSimpleName();
    }
    return failure.getFile() + ": " + why;
  }

  /** What the controller is told whose pipeline the kernel does not take. */
  public static DataPlaneException refusal(BpfException e, Path pinDirectory) {
    return switch (e.errno()) {
      case BpfException.ENOSPC -> full(e.getMessage() + "; " + pinDirectory + " is full");
      case BpfException.ENOMEM, BpfException.E2BIG ->
          full(
              e.getMessage()
                  + "; the kernel has no memory for maps of this size: use smaller tables");
      default -> new DataPlaneException(Code.FAILED_PRECONDITION, e.getMessage());
    };
  }

  private static DataPlaneException full(String message) {
    return new DataPlaneException(Code.RESOURCE_EXHAUSTED, message);
  }
}
