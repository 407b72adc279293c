package io.tern.embedded.p4runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BytestringsTest {

  @Property
  void whatIsReadIsWrittenInItsShortestForm(
      @ForAll @Size(min = 1, max = 20) byte[] octets, @ForAll @IntRange(max = 5) int zeros) {
    BigInteger value = new BigInteger(1, octets);
    byte[] padded = new byte[zeros + octets.length];
    System.arraycopy(octets, 0, padded, zeros, octets.length);

    ByteString encoded =
        Bytestrings.encode(Bytestrings.parse(ByteString.copyFrom(padded), 160, "x"));

    assertThat(new BigInteger(1, encoded.toByteArray())).isEqualTo(value);
    assertThat(encoded.size()).isEqualTo(Math.max(1, (value.bitLength() + 7) / 8));
  }

  @Test
  void valueOfTheFieldsWidthFitsAndOneBitMoreDoesNot() {
    assertThat(Bytestrings.parse(TestController.bytes(0x01, 0xff), 9, "f"))
        .isEqualTo(BigInteger.valueOf(0x1ff));
    assertThatThrownBy(() -> Bytestrings.parse(TestController.bytes(0x02, 0x00), 9, "field f"))
        .isInstanceOf(P4RuntimeException.class)
        .hasMessage("field f: the value needs 10 bits, the field is bit<9>");
  }

  @Test
  void emptyStringIsNoNumber() {
    assertThatThrownBy(() -> Bytestrings.parse(ByteString.EMPTY, 9, "field f"))
        .hasMessage("field f: the value is empty, expected bit<9> in 1 to 2 octets");
  }
}
