package io.tern.embedded.bmv2;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.json;
import static io.tern.embedded.bmv2.ProgramJson.key;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static io.tern.embedded.bmv2.ProgramJson.parameter;
import static io.tern.embedded.bmv2.ProgramJson.transition;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProgramReaderTest {
  private static ProgramJson forwarder() {
    return new ProgramJson()
        .headerType("eth_t", "dst:48", "src:48", "type:16")
        .header("eth", "eth_t")
        .state("start", null, extract("eth"))
        .action("drop", "", call("mark_to_drop", header("standard_metadata")))
        .action(
            "forward", "port:9", assign(field("standard_metadata", "egress_spec"), parameter(0)))
        .table("ingress", "mac", "exact", key("exact", "eth", "dst"), "drop", "forward");
  }

  @Test
  void readsWhatItIsGiven() {
    Program program = forwarder().read();

    assertThat(program.headers())
        .extracting(Header::name)
        .containsExactly("standard_metadata", "eth");
    assertThat(program.parser().states()).hasSize(1);
    Table mac = program.table("mac").orElseThrow();
    assertThat(mac.kind()).isEqualTo(Table.Kind.EXACT);
    assertThat(mac.keys()).extracting(Table.Key::width).containsExactly(48);
    assertThat(mac.actions()).extracting(Action::name).containsExactly("drop", "forward");
    assertThat(mac.defaultEntry().orElseThrow().action().name()).isEqualTo("drop");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongPrograms")
  void refusesWithThePathOfTheCulprit(
      String path, String problem, UnaryOperator<ProgramJson> change) {
    byte[] json = change.apply(forwarder()).bytes();

    assertThatThrownBy(() -> ProgramReader.read(json))
        .asInstanceOf(type(InvalidProgramException.class))
        .satisfies(e -> assertThat(e.path()).isEqualTo(path))
        .satisfies(
            e -> assertThat(e).hasMessageStartingWith(path + ": ").hasMessageContaining(problem));
  }

  private static Arguments wrong(String path, String problem, UnaryOperator<ProgramJson> change) {
    return arguments(path, problem, change);
  }

  private static UnaryOperator<ProgramJson> edit(String pointer, String key, String value) {
    return p -> p.edit(root -> ((ObjectNode) root.at(pointer)).set(key, json(value)));
  }

  private static UnaryOperator<ProgramJson> remove(String pointer, String key) {
    return p -> p.edit(root -> ((ObjectNode) root.at(pointer)).remove(key));
  }

  static Stream<Arguments> wrongPrograms() {
    String spec = field("standard_metadata", "egress_spec");
    return Stream.of(
        wrong("$", "missing key \"header_types\"", remove("", "header_types")),
        wrong("$.__meta__.version", "2.x", edit("/__meta__", "version", "[3,0]")),
        wrong("$.headers", "packet_length", p -> p.edit(ProgramReaderTest::renamePacketLength)),
        wrong("$.parsers", "nothing named \"parser\"", edit("/parsers/0", "name", "'p'")),
        wrong(
            "$.headers[1].header_type", "no header type", edit("/headers/1", "header_type", "'x'")),
        wrong(
            "$.header_types[1].fields[0][1]",
            "a width of 0 bits",
            edit("/header_types/1", "fields", "[['a',0]]")),
        wrong(
            "$.headers[1]",
            "no multiple of 8",
            edit("/header_types/1", "fields", "[['dst',48],['b',3]]")),
        wrong(
            "$.parsers[0].init_state", "no parser state", edit("/parsers/0", "init_state", "'x'")),
        wrong(
            "$.parsers[0].parse_states[0].parser_ops[0].op",
            "not supported",
            edit("/parsers/0/parse_states/0/parser_ops/0", "op", "'teleport'")),
        wrong(
            "$.parsers[0].parse_states[0].parser_ops[0].parameters[0].value",
            "no header",
            edit("/parsers/0/parse_states/0/parser_ops/0/parameters/0", "value", "'x'")),
        wrong(
            "$.parsers[0].parse_states[1].transitions[0].value",
            "wider than the transition key",
            p -> p.select("s", field("eth", "type"), transition("0x010203", null, null))),
        wrong(
            "$.actions[0].primitives[0].op",
            "primitive \"explode\" is not supported",
            edit("/actions/0/primitives/0", "op", "'explode'")),
        wrong(
            "$.actions[0].primitives[0].parameters",
            "takes 1 parameters, found 0",
            edit("/actions/0/primitives/0", "parameters", "[]")),
        wrong(
            "$.actions[1].primitives[0].parameters[1].value",
            "no parameter 1",
            edit("/actions/1/primitives/0/parameters/1", "value", "1")),
        wrong(
            "$.actions[1].primitives[0].parameters[0].value[1]",
            "no field \"x\"",
            edit("/actions/1/primitives/0/parameters/0", "value", "['eth','x']")),
        wrong(
            "$.actions[2].primitives[0].parameters[1].value.op",
            "operator \"**\"",
            p -> p.action("a", "", assign(spec, op("**", hex("1"), hex("1"))))),
        wrong(
            "$.actions[2].primitives[0].parameters[1].value.left",
            "more than 4096 bits",
            p ->
                p.action(
                    "a",
                    "",
                    assign(
                        spec,
                        op(">>", op("<<", field("eth", "dst"), field("eth", "dst")), hex("1"))))),
        wrong(
            "$.actions[2].primitives[0].parameters[0]",
            "validity",
            p -> p.action("a", "", assign(field("eth", "$valid$"), hex("1")))),
        wrong(
            "$.actions[2].primitives[0].parameters[0].value",
            "no counter array \"c\"",
            p ->
                p.action("a", "", call("count", "{'type':'counter_array','value':'c'}", hex("0")))),
        wrong(
            "$.actions[2].primitives[0].parameters[1]",
            "no field list with id 7",
            p -> p.action("a", "", call("clone_ingress_pkt_to_egress", hex("1"), hex("7")))),
        wrong(
            "$.calculations[0].algo",
            "known are",
            p -> p.add("calculations", "{'name':'c','id':0,'algo':'crc32_custom','input':[]}")),
        wrong(
            "$.register_arrays[0].size",
            "from 0 to",
            p -> p.add("register_arrays", "{'name':'r','id':0,'size':2000000000,'bitwidth':8}")),
        wrong(
            "$.pipelines[0].tables[0].match_type",
            "an exact table",
            edit("/pipelines/0/tables/0/key/0", "match_type", "'lpm'")),
        wrong(
            "$.pipelines[0].tables[0].type",
            "no action profiles",
            edit("/pipelines/0/tables/0", "type", "'indirect'")),
        wrong(
            "$.pipelines[0].tables[0].action_ids[0]",
            "no action with id 99",
            edit("/pipelines/0/tables/0", "action_ids", "[99]")),
        wrong(
            "$.pipelines[0].tables[0].next_tables",
            "missing key \"forward\"",
            edit("/pipelines/0/tables/0", "next_tables", "{'drop':null}")),
        wrong(
            "$.pipelines[0].tables[0].next_tables.drop",
            "no pipeline node",
            edit("/pipelines/0/tables/0/next_tables", "drop", "'x'")),
        wrong(
            "$.pipelines[0]",
            "comes back to \"mac\"",
            edit("/pipelines/0/tables/0/next_tables", "drop", "'mac'")),
        wrong(
            "$.pipelines[0].tables[0].entries[1]",
            "a second entry",
            p -> p.edit(ProgramReaderTest::twins)),
        wrong("$.header_unions[0]", "not supported", edit("", "header_unions", "[{}]")),
        wrong("$.extern_instances[0]", "not supported", edit("", "extern_instances", "[{}]")));
  }

  private static void renamePacketLength(ObjectNode root) {
    ((ArrayNode) root.at("/header_types/0/fields/4")).set(0, json("'x'"));
  }

  private static void twins(ObjectNode root) {
    ObjectNode table = (ObjectNode) root.at("/pipelines/0/tables/0");
    String entry =
        "{'match_key':[{'match_type':'exact','key':'0x01'}],'priority':1,'action_entry':{'action_id':"
            + root.at("/actions/0/id")
            + ",'action_data':[]}}";
    table.set("entries", json("[" + entry + "," + entry + "]"));
  }

  @Test
  void refusesWhatIsNoJson() {
    assertThatThrownBy(() -> ProgramReader.read("{\"a\": ".getBytes(UTF_8)))
        .isInstanceOf(InvalidProgramException.class)
        .hasMessageStartingWith("$: not JSON: ")
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> ProgramReader.read(new byte[0]))
        .isInstanceOf(InvalidProgramException.class)
        .hasMessageContaining("expected a JSON object");
    assertThatThrownBy(() -> ProgramReader.read("[]".getBytes(UTF_8)))
        .isInstanceOf(InvalidProgramException.class)
        .hasMessageContaining("expected a JSON object, found array");
    assertThatThrownBy(() -> ProgramReader.read("{\"a\":1,\"a\":2}".getBytes(UTF_8)))
        .isInstanceOf(InvalidProgramException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void saysWhetherAProgramIsWrongOrOnlyUnsupported() {
    ProgramJson unsupported = forwarder().edit(r -> r.set("header_unions", json("[{}]")));
    ProgramJson wrong = forwarder().edit(r -> r.remove("actions"));

    assertThatThrownBy(unsupported::read)
        .asInstanceOf(type(InvalidProgramException.class))
        .satisfies(e -> assertThat(e.unsupported()).isTrue());
    assertThatThrownBy(wrong::read)
        .asInstanceOf(type(InvalidProgramException.class))
        .satisfies(e -> assertThat(e.unsupported()).isFalse());
  }
}
