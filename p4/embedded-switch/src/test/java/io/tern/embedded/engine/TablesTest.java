package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.json;
import static io.tern.embedded.bmv2.ProgramJson.key;
import static io.tern.embedded.bmv2.ProgramJson.parameter;
import static io.tern.embedded.engine.Packets.exact;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.embedded.bmv2.ProgramJson;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.math.BigInteger;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A table {@code t} picks the egress port; without a match the packet is dropped. */
class TablesTest {
  private static ProgramJson program(String matchType, String... keys) {
    return new ProgramJson()
        .headerType("key_t", "a:8", "b:16", "wide:128")
        .header("key", "key_t")
        .headerType("other_t", "c:8")
        .header("other", "other_t")
        .state("start", null, extract("key"))
        .action("drop", "", call("mark_to_drop", header("standard_metadata")))
        .action("port", "port:9", assign(field("standard_metadata", "egress_spec"), parameter(0)))
        .action("foreign", "")
        .table("ingress", "t", matchType, String.join(",", keys), "drop", "port");
  }

  private static DataPlane.ActionCall port(int port) {
    return Packets.call("port", port);
  }

  private static BigInteger big(String hex) {
    return new BigInteger(hex, 16);
  }

  private static String frame(int a, int b, String wide) {
    return String.format("%02x%04x", a, b) + "0".repeat(32 - wide.length()) + wide;
  }

  /** The port that a packet leaves by, -1 if it is dropped. */
  private static int portOf(Packets packets, String frame) {
    List<Packets.Sent> sent = packets.send(1, frame);
    return sent.isEmpty() ? -1 : sent.get(0).port();
  }

  private static void refused(Code code, String message, ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .asInstanceOf(type(DataPlaneException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> assertThat(e).hasMessageContaining(message));
  }

  @Test
  void exactTableMatchesAllFieldsInAllTheirBits() {
    Packets packets =
        Packets.through(
            program(
                "exact",
                key("exact", "key", "a"),
                key("exact", "key", "wide"),
                key("exact", "key", "b")));
    KeyMatch wide = new KeyMatch.Exact(big("80000000000000000000000000000001"));
    packets.dataPlane().insert("t", List.of(exact(1), wide, exact(2)), 0, port(3));

    assertThat(portOf(packets, frame(1, 2, "80000000000000000000000000000001"))).isEqualTo(3);
    assertThat(portOf(packets, frame(1, 2, "80000000000000000000000000000000"))).isEqualTo(-1);
    assertThat(portOf(packets, frame(1, 2, "00000000000000000000000000000001"))).isEqualTo(-1);
    assertThat(portOf(packets, frame(1, 3, "80000000000000000000000000000001"))).isEqualTo(-1);
    assertThat(portOf(packets, frame(0, 2, "80000000000000000000000000000001"))).isEqualTo(-1);
  }

  @Test
  void longestPrefixWins() {
    Packets packets =
        Packets.through(program("lpm", key("exact", "key", "a"), key("lpm", "key", "wide")));
    DataPlane dataPlane = packets.dataPlane();
    String address = "20010db8000000000000000000000001";
    dataPlane.insert("t", List.of(exact(1), new KeyMatch.Lpm(BigInteger.ZERO, 0)), 0, port(1));
    dataPlane.insert("t", List.of(exact(1), new KeyMatch.Lpm(big(address), 32)), 0, port(2));
    EntryHandle host =
        dataPlane.insert("t", List.of(exact(1), new KeyMatch.Lpm(big(address), 128)), 0, port(3));

    assertThat(portOf(packets, frame(1, 0, address))).isEqualTo(3);
    assertThat(portOf(packets, frame(1, 0, "20010db8ffffffffffffffffffffffff"))).isEqualTo(2);
    assertThat(portOf(packets, frame(1, 0, "20010db900000000000000000000000"))).isEqualTo(1);
    assertThat(portOf(packets, frame(2, 0, address))).isEqualTo(-1);

    dataPlane.delete(host);
    assertThat(portOf(packets, frame(1, 0, address))).isEqualTo(2);
  }

  @Test
  void highestPriorityWinsWhateverTheOrderOfInsertion() {
    Packets packets =
        Packets.through(
            program("ternary", key("ternary", "key", "a"), key("optional", "key", "b")));
    DataPlane dataPlane = packets.dataPlane();
    KeyMatch any = new KeyMatch.Ternary(BigInteger.ZERO, BigInteger.ZERO);
    KeyMatch odd = new KeyMatch.Ternary(BigInteger.ONE, BigInteger.ONE);
    KeyMatch anyB = new KeyMatch.Optional(null);
    KeyMatch seven = new KeyMatch.Optional(BigInteger.valueOf(7));
    dataPlane.insert("t", List.of(odd, anyB), 20, port(2));
    dataPlane.insert("t", List.of(any, anyB), 10, port(1));
    EntryHandle top = dataPlane.insert("t", List.of(odd, seven), 30, port(3));

    assertThat(portOf(packets, frame(3, 7, "0"))).isEqualTo(3);
    assertThat(portOf(packets, frame(3, 8, "0"))).isEqualTo(2);
    assertThat(portOf(packets, frame(2, 7, "0"))).isEqualTo(1);

    dataPlane.delete(top);
    assertThat(portOf(packets, frame(3, 7, "0"))).isEqualTo(2);
  }

  @Test
  void rangeIncludesBothEnds() {
    Packets packets =
        Packets.through(program("range", key("range", "key", "b"), key("range", "key", "wide")));
    packets
        .dataPlane()
        .insert(
            "t",
            List.of(
                new KeyMatch.Range(big("10"), big("8000")),
                new KeyMatch.Range(big("1"), big("ffffffffffffffffffffffffffffffff"))),
            1,
            port(5));

    assertThat(portOf(packets, frame(0, 0x10, "1"))).isEqualTo(5);
    assertThat(portOf(packets, frame(0, 0x8000, "ffffffffffffffffffffffffffffffff"))).isEqualTo(5);
    assertThat(portOf(packets, frame(0, 0xf, "1"))).isEqualTo(-1);
    assertThat(portOf(packets, frame(0, 0x8001, "1"))).isEqualTo(-1);
    assertThat(portOf(packets, frame(0, 0x10, "0"))).isEqualTo(-1);
  }

  @Test
  void fieldOfAnInvalidHeaderCountsAsZero() {
    Packets packets =
        Packets.through(
            program("exact", key("exact", "other", "c"), key("exact", "other", "$valid$")));
    packets.dataPlane().insert("t", List.of(exact(0), exact(0)), 0, port(4));

    assertThat(portOf(packets, frame(1, 1, "1"))).isEqualTo(4);
  }

  @Test
  void staticMaskOfAKeyIsAppliedToPacketAndEntry() {
    ProgramJson program =
        program("exact", key("exact", "key", "a"))
            .edit(
                root -> ((ObjectNode) root.at("/pipelines/0/tables/0/key/0")).put("mask", "0x0f"));
    Packets packets = Packets.through(program);
    packets.dataPlane().insert("t", List.of(exact(0x12)), 0, port(6));

    assertThat(portOf(packets, frame(0xf2, 0, "0"))).isEqualTo(6);
    assertThat(portOf(packets, frame(0x13, 0, "0"))).isEqualTo(-1);
  }

  @Test
  void modifiedEntryKeepsItsCounter() {
    Packets packets = Packets.through(program("exact", key("exact", "key", "a")));
    DataPlane dataPlane = packets.dataPlane();
    EntryHandle entry = dataPlane.insert("t", List.of(exact(1)), 0, port(2));
    String frame = frame(1, 0, "0");
    packets.send(1, frame);

    dataPlane.modify(entry, port(3));

    assertThat(portOf(packets, frame)).isEqualTo(3);
    assertThat(dataPlane.directCounter(entry)).isEqualTo(new CounterValue(2, 2 * 19));
    dataPlane.setDirectCounter(entry, new CounterValue(100, 7));
    packets.send(1, frame);
    assertThat(dataPlane.directCounter(entry)).isEqualTo(new CounterValue(101, 7 + 19));
    assertThat(dataPlane.defaultEntryCounter("t")).isEqualTo(new CounterValue(0, 0));
    packets.send(1, frame(9, 0, "0"));
    assertThat(dataPlane.defaultEntryCounter("t")).isEqualTo(new CounterValue(1, 19));
  }

  @Test
  void defaultActionCanBeSetAndComesBack() {
    Packets packets = Packets.through(program("exact", key("exact", "key", "a")));
    DataPlane dataPlane = packets.dataPlane();

    assertThat(dataPlane.defaultAction("t")).isEqualTo(Packets.call("drop"));
    dataPlane.setDefaultAction("t", port(8));
    assertThat(dataPlane.defaultAction("t")).isEqualTo(port(8));
    assertThat(portOf(packets, frame(1, 0, "0"))).isEqualTo(8);

    dataPlane.setDefaultAction("t", null);
    assertThat(dataPlane.defaultAction("t")).isEqualTo(Packets.call("drop"));
    assertThat(portOf(packets, frame(1, 0, "0"))).isEqualTo(-1);
  }

  @Test
  void programsEntriesCannotBeChanged() {
    ProgramJson program =
        program("ternary", key("ternary", "key", "a"))
            .edit(
                root -> {
                  int port = root.at("/actions/1/id").asInt();
                  ObjectNode table = (ObjectNode) root.at("/pipelines/0/tables/0");
                  table.set(
                      "entries",
                      json(
                          "[{'match_key':[{'match_type':'ternary','key':'0x00','mask':'0x00'}],"
                              + "'priority':2,'action_entry':{'action_id':"
                              + port
                              + ",'action_data':['0x1']}},"
                              + "{'match_key':[{'match_type':'ternary','key':'0x05','mask':'0xff'}],"
                              + "'priority':1,'action_entry':{'action_id':"
                              + port
                              + ",'action_data':['0x2']}}]"));
                });
    Packets packets = Packets.through(program);

    assertThat(portOf(packets, frame(4, 0, "0"))).isEqualTo(1);
    assertThat(portOf(packets, frame(5, 0, "0"))).isEqualTo(2);
    refused(
        Code.INVALID_ARGUMENT,
        "table t has constant entries",
        () ->
            packets
                .dataPlane()
                .insert("t", List.of(new KeyMatch.Ternary(big("1"), big("1"))), 1, port(1)));
  }

  @Test
  void whatFollowsDependsOnTheActionOrOnHitAndMiss() {
    ProgramJson program =
        program("exact", key("exact", "key", "a"))
            .edit(
                root -> {
                  int drop = root.at("/actions/0/id").asInt();
                  ((ArrayNode) root.at("/pipelines/0/tables"))
                      .add(
                          json(
                              "{'name':'after','id':99,'match_type':'exact','type':'simple',"
                                  + "'max_size':1,'key':[],'action_ids':["
                                  + drop
                                  + "],"
                                  + "'next_tables':{'drop':null},'default_entry':{'action_id':"
                                  + drop
                                  + ",'action_data':[]}}"));
                  ((ObjectNode) root.at("/pipelines/0/tables/0"))
                      .set("next_tables", json("{'__HIT__':'after','__MISS__':null}"));
                });
    Packets packets = Packets.through(program);
    packets.dataPlane().insert("t", List.of(exact(1)), 0, port(2));
    packets.dataPlane().setDefaultAction("t", port(3));

    assertThat(portOf(packets, frame(1, 0, "0"))).as("hit").isEqualTo(-1);
    assertThat(portOf(packets, frame(2, 0, "0"))).as("miss").isEqualTo(3);
  }

  @Test
  void refusesWhatDoesNotFitTheTable() {
    DataPlane exactTable = Packets.through(program("exact", key("exact", "key", "a"))).dataPlane();
    EntryHandle entry = exactTable.insert("t", List.of(exact(1)), 0, port(1));

    refused(Code.NOT_FOUND, "no table x", () -> exactTable.insert("x", List.of(), 0, port(1)));
    refused(
        Code.ALREADY_EXISTS,
        "table t",
        () -> exactTable.insert("t", List.of(exact(1)), 0, port(2)));
    refused(
        Code.INVALID_ARGUMENT,
        "table t has 1 keys, found 0",
        () -> exactTable.insert("t", List.of(), 0, port(1)));
    refused(
        Code.INVALID_ARGUMENT,
        "key key.a: the value does not fit 8 bits",
        () -> exactTable.insert("t", List.of(exact(256)), 0, port(1)));
    refused(
        Code.INVALID_ARGUMENT,
        "key key.a is matched EXACT, found Lpm",
        () -> exactTable.insert("t", List.of(new KeyMatch.Lpm(big("1"), 8)), 0, port(1)));
    refused(
        Code.INVALID_ARGUMENT,
        "takes no priority",
        () -> exactTable.insert("t", List.of(exact(2)), 5, port(1)));
    refused(
        Code.INVALID_ARGUMENT,
        "has no action foreign",
        () -> exactTable.insert("t", List.of(exact(2)), 0, Packets.call("foreign")));
    refused(
        Code.INVALID_ARGUMENT,
        "argument port of action port does not fit 9 bits",
        () -> exactTable.insert("t", List.of(exact(2)), 0, port(512)));
    refused(
        Code.INVALID_ARGUMENT,
        "action port takes 1 arguments, found 0",
        () -> exactTable.insert("t", List.of(exact(2)), 0, Packets.call("port")));
    exactTable.delete(entry);
    refused(Code.NOT_FOUND, "any more", () -> exactTable.delete(entry));
    refused(Code.NOT_FOUND, "any more", () -> exactTable.modify(entry, port(1)));
  }

  @Test
  void priorityTableTellsEntriesApartByMatchAndPriority() {
    DataPlane dataPlane =
        Packets.through(program("ternary", key("ternary", "key", "a"))).dataPlane();
    // Bits outside of the mask do not tell entries apart.
    dataPlane.insert("t", List.of(new KeyMatch.Ternary(big("13"), big("0f"))), 1, port(1));

    refused(
        Code.ALREADY_EXISTS,
        "table t",
        () ->
            dataPlane.insert("t", List.of(new KeyMatch.Ternary(big("03"), big("0f"))), 1, port(2)));
    dataPlane.insert("t", List.of(new KeyMatch.Ternary(big("03"), big("0f"))), 2, port(2));
    refused(
        Code.INVALID_ARGUMENT,
        "needs a priority",
        () -> dataPlane.insert("t", List.of(new KeyMatch.Ternary(big("1"), big("1"))), 0, port(2)));
  }

  @Test
  void tableTakesNoMoreThanItsSize() {
    DataPlane dataPlane = Packets.through(program("exact", key("exact", "key", "b"))).dataPlane();
    for (int i = 0; i < 1024; i++) {
      dataPlane.insert("t", List.of(exact(i)), 0, port(1));
    }

    refused(
        Code.RESOURCE_EXHAUSTED,
        "holds 1024 entries",
        () -> dataPlane.insert("t", List.of(exact(1024)), 0, port(1)));
    refused(
        Code.ALREADY_EXISTS, "table t", () -> dataPlane.insert("t", List.of(exact(5)), 0, port(1)));
  }
}
