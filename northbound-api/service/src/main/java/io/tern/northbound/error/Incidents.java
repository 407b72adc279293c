package io.tern.northbound.error;

import io.grpc.StatusRuntimeException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures that are the controller's own fault: logged in full, answered by a number alone. */
public final class Incidents {
  private static final Logger log = LoggerFactory.getLogger(Incidents.class);

  private Incidents() {}

  /**
   * The answer to a call that failed.
   *
   * @param failure a {@link StatusRuntimeException} is the answer itself
   * @param where the method, for the log
   */
  public static StatusRuntimeException toStatus(RuntimeException failure, String where) {
    if (failure instanceof StatusRuntimeException status) {
      return status;
    }
    String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    log.error("incident {} in {}", incident, where, failure);
    return ApiErrors.internal(incident);
  }
}
