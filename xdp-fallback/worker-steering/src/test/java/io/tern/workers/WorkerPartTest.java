package io.tern.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tern.cid.ServerId;
import org.junit.jupiter.api.Test;

class WorkerPartTest {
  @Test
  void theLastOctetsOfAServerIdNumberItsWorkers() {
    WorkerPart part = WorkerPart.last(4, 2);

    assertThat(part.workers()).isEqualTo(65_536);
    assertThat(part.serverId(ServerId.parse("c0ffee00"), 0x1234))
        .isEqualTo(ServerId.parse("c0ff1234"));
    assertThat(part.serverId(ServerId.parse("c0ffeeee"), 0)).isEqualTo(ServerId.parse("c0ff0000"));
  }

  @Test
  void aPartWithMoreThanFourOctetsHasLeadingZeros() {
    WorkerPart part = WorkerPart.all(6);

    assertThat(part.workers()).isEqualTo(Integer.MAX_VALUE);
    assertThat(part.serverId(ServerId.parse("ffffffffffff"), 0x01020304))
        .isEqualTo(ServerId.parse("000001020304"));
  }

  @Test
  void aNumberThatDoesNotFitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkerPart.last(3, 1).serverId(ServerId.parse("010203"), 256))
        .withMessage("worker 256; the worker part has room for 0 to 255");
  }

  @Test
  void aServerIdThatEndsInFrontOfThePartIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkerPart.last(3, 1).serverId(ServerId.parse("0102"), 1))
        .withMessage("server ID 0102 has 2 octets; the worker part ends at 3");
  }

  @Test
  void aPartHasAtLeastOneOctetAndEndsWithinTheLongestServerId() {
    assertThatIllegalArgumentException().isThrownBy(() -> WorkerPart.last(3, 4));
    assertThatIllegalArgumentException().isThrownBy(() -> WorkerPart.last(3, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WorkerPart(10, 6))
        .withMessageContaining("worker part of 6 octets behind 10");
  }
}
