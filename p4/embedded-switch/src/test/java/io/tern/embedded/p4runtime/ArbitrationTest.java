package io.tern.embedded.p4runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.Role;
import io.tern.proto.p4.v1.Uint128;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** P4Runtime section 5, rule by rule. */
class ArbitrationTest {
  private static final long DEVICE = 7;

  private final Arbitration arbitration = new Arbitration(DEVICE);
  private final List<String> journal = new ArrayList<>();

  /** Notes what each controller hears, in the order in which they hear it. */
  private final class Recorder implements Arbitration.Controller {
    final String name;

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void send(MasterArbitrationUpdate notification) {
      journal.add(
          name
              + " "
              + Status.fromCodeValue(notification.getStatus().getCode()).getCode()
              + " "
              + (notification.hasElectionId() ? notification.getElectionId().getLow() : "none"));
    }
  }

  private final Recorder a = new Recorder("a");
  private final Recorder b = new Recorder("b");
  private final Recorder c = new Recorder("c");

  private List<String> heard() {
    List<String> copy = List.copyOf(journal);
    journal.clear();
    return copy;
  }

  private void claims(Recorder controller, long electionId) {
    arbitration.update(controller, claim("", electionId).build());
  }

  private static MasterArbitrationUpdate.Builder claim(String role, long electionId) {
    MasterArbitrationUpdate.Builder claim =
        MasterArbitrationUpdate.newBuilder()
            .setDeviceId(DEVICE)
            .setElectionId(Uint128.newBuilder().setLow(electionId));
    if (!role.isEmpty()) {
      claim.setRole(Role.newBuilder().setName(role));
    }
    return claim;
  }

  private Status.Code refused(Recorder controller, MasterArbitrationUpdate.Builder claim) {
    return catchThrowableOfType(
            P4RuntimeException.class, () -> arbitration.update(controller, claim.build()))
        .code();
  }

  private Status.Code writing(String role, long electionId) {
    try {
      arbitration.requirePrimary(role, true, Uint128.newBuilder().setLow(electionId).build());
      return Status.Code.OK;
    } catch (P4RuntimeException e) {
      return e.code();
    }
  }

  @Test
  void firstControllerBecomesPrimary() {
    claims(a, 5);

    assertThat(heard()).containsExactly("a OK 5");
    assertThat(writing("", 5)).isEqualTo(Status.Code.OK);
  }

  @Test
  void lowerIdBecomesBackupAndOnlyItHears() {
    claims(a, 5);
    heard();

    claims(b, 4);

    assertThat(heard()).containsExactly("b ALREADY_EXISTS 5");
    assertThat(writing("", 4)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void higherIdTakesOverAndTheOthersHearItFirst() {
    claims(a, 5);
    claims(b, 4);
    heard();

    claims(c, 6);

    assertThat(heard()).containsExactly("a ALREADY_EXISTS 6", "b ALREADY_EXISTS 6", "c OK 6");
    assertThat(writing("", 5)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(writing("", 6)).isEqualTo(Status.Code.OK);
  }

  @Test
  void lossOfThePrimaryLeavesNone() {
    claims(a, 5);
    claims(b, 4);
    heard();

    arbitration.disconnect(a);

    assertThat(heard()).containsExactly("b NOT_FOUND 5");
    assertThat(writing("", 5)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void lossOfABackupDisturbsNobody() {
    claims(a, 5);
    claims(b, 4);
    heard();

    arbitration.disconnect(b);

    assertThat(heard()).isEmpty();
  }

  @Test
  void returningLowerIdStaysFencedThoughThereIsNoPrimary() {
    claims(a, 5);
    arbitration.disconnect(a);
    heard();

    claims(b, 4);

    assertThat(heard()).containsExactly("b NOT_FOUND 5");
    assertThat(writing("", 4)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void primaryReturnsWithTheSameId() {
    claims(a, 5);
    arbitration.disconnect(a);
    heard();

    claims(b, 5);

    assertThat(heard()).containsExactly("b OK 5");
  }

  @Test
  void backupRaisesItsIdAndTakesOver() {
    claims(a, 5);
    claims(b, 4);
    heard();

    claims(b, 6);

    assertThat(heard()).containsExactly("a ALREADY_EXISTS 6", "b OK 6");
  }

  @Test
  void primaryLowersItsIdAndEveryoneHearsThatThereIsNone() {
    claims(a, 5);
    claims(b, 4);
    heard();

    claims(a, 3);

    assertThat(heard()).containsExactly("a NOT_FOUND 5", "b NOT_FOUND 5");
    assertThat(writing("", 3)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void primaryRaisesItsIdAndItsOldOneIsFenced() {
    claims(a, 5);
    claims(b, 4);
    heard();

    claims(a, 9);

    assertThat(heard()).containsExactly("b ALREADY_EXISTS 9", "a OK 9");
    assertThat(writing("", 5)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(writing("", 9)).isEqualTo(Status.Code.OK);
  }

  @Test
  void repeatedClaimOfThePrimaryIsAnsweredToItAlone() {
    claims(a, 5);
    claims(b, 4);
    heard();

    claims(a, 5);

    assertThat(heard()).containsExactly("a OK 5");
  }

  @Test
  void idOfALiveControllerIsRefused() {
    claims(a, 5);
    claims(b, 4);

    assertThat(refused(c, claim("", 4))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused(b, claim("", 5))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(writing("", 5)).isEqualTo(Status.Code.OK);
  }

  @Test
  void zeroAndUnsetIdsNeverBecomePrimary() {
    claims(a, 0);
    arbitration.update(b, MasterArbitrationUpdate.newBuilder().setDeviceId(DEVICE).build());

    assertThat(heard()).containsExactly("a NOT_FOUND none", "b NOT_FOUND none");
    assertThat(writing("", 0)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void idsAreComparedAsUnsigned128BitNumbers() {
    Uint128 huge = Uint128.newBuilder().setHigh(-1).setLow(0).build();
    claims(a, -1);

    arbitration.update(b, claim("", 0).setElectionId(huge).build());

    assertThat(arbitration.isPrimary(b)).isTrue();
    assertThatCode(() -> arbitration.requirePrimary("", true, huge)).doesNotThrowAnyException();
  }

  @Test
  void otherDeviceIsNotFoundAtFirstAndAFailedPreconditionLater() {
    assertThat(refused(a, claim("", 5).setDeviceId(8))).isEqualTo(Status.Code.NOT_FOUND);
    claims(b, 5);
    assertThat(refused(b, claim("", 5).setDeviceId(8))).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void rolesHavePrimariesOfTheirOwn() {
    claims(a, 5);
    arbitration.update(b, claim("telemetry", 5).build());

    assertThat(heard()).containsExactly("a OK 5", "b OK 5");
    assertThat(arbitration.primaries()).containsExactlyInAnyOrder(a, b);
    assertThat(writing("telemetry", 5)).isEqualTo(Status.Code.OK);
    assertThat(writing("unheard-of", 5)).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void streamKeepsItsRole() {
    claims(a, 5);

    assertThat(refused(a, claim("telemetry", 5))).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void roleConfigIsRefusedAsThereIsNoSchemeForIt() {
    Role.Builder role = Role.newBuilder().setName("r").setConfig(Any.getDefaultInstance());

    assertThat(refused(a, claim("", 5).setRole(role))).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void rolesAndControllersAreBounded() {
    for (int i = 0; i < Arbitration.MAX_CONTROLLERS_PER_ROLE; i++) {
      claims(new Recorder("x"), i + 1);
    }
    assertThat(refused(a, claim("", 9999))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

    for (int i = 1; i < Arbitration.MAX_ROLES; i++) {
      arbitration.update(new Recorder("y"), claim("role" + i, 1).build());
    }
    assertThat(refused(a, claim("one more", 1))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  /** Whatever happens, at most one controller writes, and fencing never goes back. */
  @Property(tries = 300)
  void highestIdEverSeenIsTheOnlyOneThatWrites(@ForAll long seed) {
    Random random = new Random(seed);
    Arbitration any = new Arbitration(DEVICE);
    List<Recorder> live = new ArrayList<>();
    long highest = 0;
    for (int step = 0; step < 200; step++) {
      if (!live.isEmpty() && random.nextInt(3) == 0) {
        any.disconnect(live.remove(random.nextInt(live.size())));
      } else {
        Recorder controller =
            live.isEmpty() || random.nextBoolean()
                ? new Recorder("p")
                : live.get(random.nextInt(live.size()));
        long id = random.nextInt(40);
        try {
          any.update(controller, claim("", id).build());
          if (!live.contains(controller)) {
            live.add(controller);
          }
          highest = Math.max(highest, id);
        } catch (P4RuntimeException e) {
          assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
          any.disconnect(controller);
          live.remove(controller);
        }
      }
      assertThat(any.primaries()).hasSizeLessThanOrEqualTo(1);
      List<Long> writers = new ArrayList<>();
      for (long id = 0; id < 40; id++) {
        try {
          any.requirePrimary("", true, Uint128.newBuilder().setLow(id).build());
          writers.add(id);
        } catch (P4RuntimeException e) {
          assertThat(e.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
      }
      assertThat(writers).isEqualTo(any.primaries().isEmpty() ? List.of() : List.of(highest));
    }
  }

  @Test
  void whoHearsThatItIsPrimaryIsItAlready() {
    Arbitration[] made = new Arbitration[1];
    made[0] = new Arbitration(DEVICE, () -> journal.add("primaries " + made[0].primaries().size()));

    made[0].update(a, claim("", 1).build());
    assertThat(heard()).containsExactly("primaries 1", "a OK 1");

    made[0].update(b, claim("", 2).build());
    assertThat(heard()).containsExactly("primaries 1", "a ALREADY_EXISTS 2", "b OK 2");

    made[0].disconnect(b);
    assertThat(heard()).containsExactly("primaries 0", "a NOT_FOUND 2");
  }
}
