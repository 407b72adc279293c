package io.tern.agent.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.agent.pin.ProgramObject;
import io.tern.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ObjectLayoutTest {
  private final ObjectLayout layout = ProgramObject.ofTern().layout();

  @Test
  void readsMapsAndTheirStructuresFromTheProgram() {
    MapShape vips = layout.map("vip_v6");

    assertThat(vips.type()).isEqualTo(BpfMap.TYPE_HASH);
    assertThat(vips.keySize()).isEqualTo(20);
    assertThat(vips.key("addr")).isEqualTo(new Field("addr", 0, 4, 4));
    assertThat(vips.key("port")).isEqualTo(new Field("port", 16, 2, 1));
  }

  @Test
  void namesWhatIsInArraysOfStructures() {
    MapShape pools = layout.map("pools");
    Field first = pools.value("config[0].generation");
    Field last = pools.value("config[7].generation");

    assertThat(last.offset() - first.offset()).isEqualTo(7 * pools.valueSize() / 8);
    assertThat(pools.value("config[2].mask").count()).isEqualTo(2);
  }

  @Test
  void keysThatAreNoStructureHaveOneField() {
    assertThat(layout.map("echo_v6").key(Field.WHOLE).length()).isEqualTo(16);
  }

  @Test
  void theDescriptorSaysAll() {
    ObjectLayout same = ObjectLayout.parse(layout.describe());

    assertThat(same.describe()).isEqualTo(layout.describe());
    assertThat(same.hash()).isEqualTo(layout.hash());
    assertThat(same.map("server_id").key("sid")).isEqualTo(layout.map("server_id").key("sid"));
  }

  @Test
  void sizesOfMapsAreNoneOfTheHashsBusiness() {
    String other = layout.describe().replaceFirst("(map vip_v4 \\d+ \\d+ \\d+) \\d+", "$1 7");

    assertThat(ObjectLayout.parse(other).hash()).isEqualTo(layout.hash());
    assertThat(other).isNotEqualTo(layout.describe());
  }

  @Test
  void aFieldThatMovesIsAnotherLayout() {
    String other = layout.describe().replaceFirst("value mode \\d+", "value mode 64");

    assertThat(ObjectLayout.parse(other).hash()).isNotEqualTo(layout.hash());
  }

  @Test
  void saysWhichLineOfADescriptorIsWrong() {
    assertThatThrownBy(() -> ObjectLayout.parse("tern-bpf-maps 1\nmap a 1 4 4 1\nkey x 0\n"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("line 3");
    assertThatThrownBy(() -> ObjectLayout.parse("something else"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("tern-bpf-maps 1");
  }

  @Test
  void saysWhatIsNotThere() {
    assertThatThrownBy(() -> layout.map("nothing"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("no map 'nothing'");
    assertThatThrownBy(() -> layout.map("backends").value("nothing"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("map 'backends': its value has no field 'nothing'");
    assertThatThrownBy(() -> ObjectLayout.of(new byte[100]))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("no 64-bit ELF file");
  }

  @Test
  void fieldsReadWhatTheyWrote() {
    ByteBuffer value = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    Field words = new Field("words", 4, 4, 3);
    words.put(value, 2, 0xfedcba98L);

    assertThat(words.get(value, 2)).isEqualTo(0xfedcba98L);
    assertThat(value.getInt(12)).isEqualTo(0xfedcba98);
    assertThatThrownBy(() -> words.put(value, 3, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> words.putOctets(value, new byte[13]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
