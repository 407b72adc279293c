package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import io.grpc.StatusRuntimeException;
import io.tern.p4.conformance.fixture.Row;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rows against one device, one after the other, whatever becomes of each. For one thread. */
public final class Suite {
  private final PacketTarget target;
  private final DeviceProgram program;
  private final Conformance conformance;

  /** What became of a row. */
  public enum Verdict {
    PASSED,
    FAILED,
    /** The device does not have what the row is about. */
    NOT_APPLICABLE
  }

  /**
   * A row and its fate.
   *
   * @param details where the device differs from the row, or what it does not have
   */
  public record Result(Row row, Verdict verdict, List<String> details) {}

  public Suite(PacketTarget target, DeviceProgram program, Conformance conformance) {
    this.target = requireNonNull(target, "target");
    this.program = requireNonNull(program, "program");
    this.conformance = requireNonNull(conformance, "conformance");
  }

  /** Plays one row. */
  public Result run(Row row) {
    Set<String> missing = program.missingFor(row);
    if (!missing.isEmpty()) {
      return new Result(
          row,
          Verdict.NOT_APPLICABLE,
          List.of("not in the program: " + String.join(", ", missing)));
    }
    Optional<String> obstacle = target.obstacleFor(row);
    if (obstacle.isPresent()) {
      return new Result(row, Verdict.NOT_APPLICABLE, List.of("wants " + obstacle.get()));
    }
    try {
      List<String> differences = conformance.differencesFrom(program.fitted(row));
      return new Result(row, differences.isEmpty() ? Verdict.PASSED : Verdict.FAILED, differences);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == io.grpc.Status.Code.UNAVAILABLE) {
        throw e;
      }
      return new Result(row, Verdict.FAILED, List.of("P4Runtime: " + e.getMessage()));
    } catch (IllegalStateException e) {
      return new Result(row, Verdict.FAILED, List.of(String.valueOf(e.getMessage())));
    }
  }
}
