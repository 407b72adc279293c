package io.tern.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BpfObjectTest extends KernelTest {

  @Test
  void namesItsMapsAndPrograms() {
    try (BpfObject object = opened()) {
      assertThat(object.mapNames()).contains("cells", "verdicts", "numbers", "events");
      assertThat(object.programNames())
          .containsExactlyInAnyOrder("count_frames", "drop_all", "reads_too_far");
    }
  }

  @Test
  void refusesWhatIsNoObject() {
    byte[] text = "this is no ELF file".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> BpfObject.open("letter", text))
        .isInstanceOf(BpfException.class)
        .hasMessageContaining("BPF object 'letter'")
        .hasMessageContaining("libbpf:");
  }

  @Test
  void tellsWhatTheVerifierSaid() {
    try (BpfObject object = opened()) {
      assertThatThrownBy(object::load)
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("invalid access to packet");
    }
  }

  @Test
  void tellsWhichMapIsNotThere() {
    try (BpfObject object = opened()) {
      assertThatThrownBy(() -> object.setMaxEntries("nothing", 4))
          .isInstanceOfSatisfying(
              BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.ENOENT))
          .hasMessageContaining("map 'nothing'");
    }
  }

  @Test
  void givesMapsAnotherSize() {
    try (BpfObject object = opened()) {
      object.setAutoload("reads_too_far", false);
      object.setMaxEntries("verdicts", 1000);
      object.load();
      try (BpfMap verdicts = object.map("verdicts")) {
        assertThat(verdicts.info())
            .isEqualTo(
                new BpfMap.Info(BpfMap.TYPE_HASH, 4, 4, 1000, 0, verdicts.info().id(), "verdicts"));
      }
    }
  }

  @Test
  void setsConstants() {
    try (BpfObject object = opened()) {
      String rodata =
          object.mapNames().stream().filter(n -> n.endsWith(".rodata")).findFirst().orElseThrow();
      ByteBuffer constants = ByteBuffer.wrap(object.initialValue(rodata));
      constants.order(ByteOrder.nativeOrder()).putInt(0, 77);
      object.setInitialValue(rodata, constants.array());
      object.setAutoload("reads_too_far", false);
      object.load();
      try (BpfProgram program = object.program("count_frames");
          BpfMap events = object.map("events")) {
        ByteBuffer frame = ByteBuffer.allocateDirect(64);
        program.testRun(frame, 64, null, 1);
        int[] mark = new int[1];
        try (RingBuffer ring = RingBuffer.open(events, event -> mark[0] = event.getInt(0))) {
          assertThat(ring.poll(java.time.Duration.ZERO)).isEqualTo(1);
        }
        assertThat(mark[0]).isEqualTo(77);
      }
    }
  }

  @Test
  void mapsOutliveTheObject() {
    BpfMap numbers;
    try (BpfObject object = loaded()) {
      numbers = object.map("numbers");
    }
    try (numbers) {
      ByteBuffer key = numbers.newKey();
      ByteBuffer value = numbers.newValue().putLong(0, 5);
      numbers.update(key, value, BpfMap.Mode.ANY);
      assertThat(numbers.lookup(key, value)).isTrue();
    }
  }

  @Test
  void pinnedMapsAreTakenAgainWithWhatIsInThem() throws IOException {
    Path pin = pinDirectory().resolve("numbers");
    for (long round = 0; round < 2; round++) {
      try (BpfObject object = opened()) {
        object.setAutoload("reads_too_far", false);
        object.setPinPath("numbers", pin);
        object.load();
        try (BpfMap numbers = object.map("numbers")) {
          ByteBuffer key = numbers.newKey();
          ByteBuffer value = numbers.newValue();
          assertThat(numbers.lookup(key, value)).isTrue();
          assertThat(value.getLong(0)).isEqualTo(round);
          numbers.update(key, value.putLong(0, round + 1), BpfMap.Mode.EXISTING);
        }
      }
    }
  }

  @Test
  void aMapOfAnotherObjectServes() {
    try (BpfObject first = loaded();
        BpfMap numbers = first.map("numbers");
        BpfObject second = opened()) {
      second.setAutoload("reads_too_far", false);
      second.reuse("numbers", numbers);
      second.load();
      try (BpfMap same = second.map("numbers")) {
        assertThat(same.info().id()).isEqualTo(numbers.info().id());
      }
    }
  }
}
