package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.key;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.embedded.bmv2.ProgramJson;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.MeterRates;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * What outlives a packet: counters, registers, meters; and what comes from outside: time, chance.
 */
class StateTest {
  private static final String COUNTER = "{'type':'counter_array','value':'c'}";
  private static final String REGISTER = "{'type':'register_array','value':'r'}";
  private static final String METER = "{'type':'meter_array','value':'m'}";

  private final AtomicLong nanos = new AtomicLong(1_000_000_000);

  private static ProgramJson program() {
    return new ProgramJson()
        .headerType("in_t", "index:8", "value:128")
        .header("in", "in_t")
        .state("start", null, extract("in"));
  }

  private static String frame(int index, String value) {
    return String.format("%02x", index) + "0".repeat(32 - value.length()) + value;
  }

  private Packets packets(ProgramJson program) {
    return new Packets(
        new InterpretedDataPlane(program.read(), nanos::get, new SplittableRandom(1)));
  }

  @Test
  void counterCountsPacketsAndOctetsAndNothingOutOfBounds() {
    Packets packets =
        packets(
            program()
                .add("counter_arrays", "{'name':'c','id':0,'size':4,'is_direct':false}")
                .always("ingress", call("count", COUNTER, field("in", "index"))));
    packets.send(1, frame(3, "0"));
    packets.send(1, frame(3, "0") + "aabb");
    packets.send(1, frame(4, "0"));

    DataPlane dataPlane = packets.dataPlane();
    assertThat(dataPlane.counter("c", 3)).isEqualTo(new CounterValue(2, 17 + 19));
    assertThat(dataPlane.counter("c", 0)).isEqualTo(new CounterValue(0, 0));
    dataPlane.setCounter("c", 3, new CounterValue(0, 0));
    packets.send(1, frame(3, "0"));
    assertThat(dataPlane.counter("c", 3)).isEqualTo(new CounterValue(1, 17));
    assertThatThrownBy(() -> dataPlane.counter("c", 4)).isInstanceOf(DataPlaneException.class);
    assertThatThrownBy(() -> dataPlane.counter("d", 0)).isInstanceOf(DataPlaneException.class);
  }

  @Test
  void registerKeepsWideValues() {
    Packets packets =
        packets(
            program()
                .add("register_arrays", "{'name':'r','id':0,'size':4,'bitwidth':100}")
                .headerType("meta_t", "old:128")
                .metadata("meta", "meta_t")
                .always(
                    "ingress",
                    call("register_read", field("meta", "old"), REGISTER, field("in", "index")),
                    call("register_write", REGISTER, field("in", "index"), field("in", "value")),
                    assign(field("in", "value"), field("meta", "old"))));
    String ones = "f".repeat(32);

    assertThat(packets.sendForOne(frame(2, ones))).isEqualTo(frame(2, "0"));
    assertThat(packets.sendForOne(frame(2, "5"))).isEqualTo(frame(2, "f".repeat(25)));
    assertThat(packets.sendForOne(frame(9, "5"))).as("out of bounds").isEqualTo(frame(9, "0"));
    assertThat(packets.dataPlane().register("r", 2)).isEqualTo(BigInteger.valueOf(5));
    packets.dataPlane().setRegister("r", 1, BigInteger.TEN);
    assertThat(packets.sendForOne(frame(1, "0"))).isEqualTo(frame(1, "a"));
    assertThatThrownBy(() -> packets.dataPlane().setRegister("r", 1, BigInteger.ONE.shiftLeft(100)))
        .isInstanceOf(DataPlaneException.class);
  }

  @Test
  void meterColoursByBothRates() {
    Packets packets =
        packets(
            program()
                .add(
                    "meter_arrays",
                    "{'name':'m','id':0,'type':'packets','rate_count':2,'size':2,'is_direct':false}")
                .always(
                    "ingress",
                    call("execute_meter", METER, field("in", "index"), field("in", "value"))));
    String green = frame(0, "0");
    String yellow = frame(0, "1");
    String red = frame(0, "2");

    assertThat(packets.sendForOne(frame(0, "9"))).as("not configured").isEqualTo(green);
    packets.dataPlane().setMeter("m", 0, new MeterRates(1, 1, 2, 2));
    assertThat(colours(packets, 3)).containsExactly(green, yellow, red);
    nanos.addAndGet(500_000_000);
    assertThat(colours(packets, 2)).containsExactly(yellow, red);
    nanos.addAndGet(1_000_000_000);
    assertThat(colours(packets, 3)).containsExactly(green, yellow, red);
    packets.dataPlane().setMeter("m", 0, null);
    assertThat(colours(packets, 1)).containsExactly(green);
    assertThat(packets.sendForOne(frame(7, "9"))).as("out of bounds").isEqualTo(frame(7, "9"));
  }

  private static List<String> colours(Packets packets, int count) {
    List<String> colours = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      colours.add(packets.sendForOne(frame(0, "9")));
    }
    return colours;
  }

  @Test
  void directMeterColoursPacketsOfItsEntry() {
    ProgramJson program =
        program()
            .add(
                "meter_arrays",
                "{'name':'m','id':0,'type':'bytes','rate_count':2,'is_direct':true,'binding':'t',"
                    + "'result_target':['in','value']}")
            .action("nothing", "")
            .table("ingress", "t", "exact", key("exact", "in", "index"), "nothing")
            .edit(
                root -> ((ObjectNode) root.at("/pipelines/0/tables/0")).put("direct_meters", "m"));
    Packets packets = packets(program);
    EntryHandle entry =
        packets.dataPlane().insert("t", List.of(Packets.exact(1)), 0, Packets.call("nothing"));
    packets.dataPlane().setDirectMeter(entry, new MeterRates(17, 17, 17, 17));

    assertThat(packets.sendForOne(frame(1, "9"))).isEqualTo(frame(1, "0"));
    assertThat(packets.sendForOne(frame(1, "9"))).isEqualTo(frame(1, "2"));
    assertThat(packets.sendForOne(frame(2, "9"))).as("no entry").isEqualTo(frame(2, "9"));
  }

  @Test
  void timeStampsAreMicrosecondsSinceTheStart() {
    Packets packets =
        packets(
            program()
                .always(
                    "ingress",
                    assign(
                        field("in", "value"),
                        field("standard_metadata", "ingress_global_timestamp"))));
    nanos.addAndGet(255_000);

    assertThat(packets.sendForOne(frame(0, "0"))).isEqualTo(frame(0, "ff"));
  }

  @Test
  void randomNumbersStayWithinTheirBounds() {
    Packets packets =
        packets(
            program()
                .always(
                    "ingress",
                    call(
                        "modify_field_rng_uniform", field("in", "value"), hex("0x3"), hex("0x5"))));
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      seen.add(packets.sendForOne(frame(0, "0")));
    }

    assertThat(seen).containsOnly(frame(0, "3"), frame(0, "4"), frame(0, "5"));
  }

  @Test
  void digestCarriesTheFieldsOfItsList() {
    ProgramJson program =
        program()
            .add(
                "learn_lists",
                "{'id':1,'name':'seen','elements':[{'type':'field','value':['in','index']},"
                    + "{'type':'field','value':['in','value']}]}")
            .always("ingress", call("generate_digest", hex("0x0"), hex("0x1")));
    DataPlane dataPlane = packets(program).dataPlane();
    byte[] frame = Packets.bytes(frame(7, "f0000000000000001"));
    List<String> digests = new ArrayList<>();

    dataPlane.process(
        1,
        frame,
        0,
        frame.length,
        new DataPlane.PacketOut() {
          @Override
          public void emit(int egressPort, byte[] packet, int offset, int length) {}

          @Override
          public void digest(String list, List<BigInteger> fields) {
            digests.add(list + fields);
          }
        });

    assertThat(digests).containsExactly("seen[7, " + new BigInteger("f0000000000000001", 16) + "]");
  }

  @Test
  void hashIsTakenModuloItsSizeAndMovedByItsBase() {
    Packets packets =
        packets(
            program()
                .add(
                    "calculations",
                    "{'name':'h','id':0,'algo':'crc32','input':[%s,{'type':'hexstr','value':'0xa',"
                        + "'bitwidth':4}]}",
                    field("in", "index"))
                .always(
                    "ingress",
                    call(
                        "modify_field_with_hash_based_offset",
                        field("in", "value"),
                        hex("0x64"),
                        "{'type':'calculation','value':'h'}",
                        hex("0x10"))));
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    // Twelve bits: the last octet is filled up with zeros.
    crc.update(new byte[] {0x31, (byte) 0xa0});

    assertThat(packets.sendForOne(frame(0x31, "0")))
        .isEqualTo(frame(0x31, Long.toHexString(100 + crc.getValue() % 16)));
  }

  @Test
  void counterIndexMayBeAnExpression() {
    Packets packets =
        packets(
            program()
                .add("counter_arrays", "{'name':'c','id':0,'size':256,'is_direct':false}")
                .always(
                    "ingress", call("count", COUNTER, op("-", field("in", "index"), hex("1")))));
    packets.send(1, frame(1, "0"));
    packets.send(1, frame(0, "0"));

    assertThat(packets.dataPlane().counter("c", 0).packets()).isEqualTo(1);
    assertThat(packets.dataPlane().counter("c", 255).packets()).as("-1 is out of bounds").isZero();
  }
}
