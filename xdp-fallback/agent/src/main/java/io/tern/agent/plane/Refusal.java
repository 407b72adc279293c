package io.tern.agent.plane;

import com.google.errorprone.annotations.FormatMethod;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.engine.DataPlaneException.Code;

/** What this device cannot do, with the reason. */
final class Refusal {
  private Refusal() {}

  @FormatMethod
  static DataPlaneException unimplemented(String format, Object... arguments) {
    return new DataPlaneException(Code.UNIMPLEMENTED, String.format(format, arguments));
  }

  @FormatMethod
  static DataPlaneException invalid(String format, Object... arguments) {
    return new DataPlaneException(Code.INVALID_ARGUMENT, String.format(format, arguments));
  }

  @FormatMethod
  static DataPlaneException full(String format, Object... arguments) {
    return new DataPlaneException(Code.RESOURCE_EXHAUSTED, String.format(format, arguments));
  }
}
