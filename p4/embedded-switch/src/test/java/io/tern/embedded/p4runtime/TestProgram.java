package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.tern.proto.p4.config.v1.Action;
import io.tern.proto.p4.config.v1.ActionRef;
import io.tern.proto.p4.config.v1.ControllerPacketMetadata;
import io.tern.proto.p4.config.v1.Counter;
import io.tern.proto.p4.config.v1.CounterSpec;
import io.tern.proto.p4.config.v1.DirectCounter;
import io.tern.proto.p4.config.v1.DirectMeter;
import io.tern.proto.p4.config.v1.MatchField;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import io.tern.proto.p4.config.v1.Meter;
import io.tern.proto.p4.config.v1.MeterSpec;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Preamble;
import io.tern.proto.p4.config.v1.Register;
import io.tern.proto.p4.config.v1.Table;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;

/**
 * A program with one table of every kind, as P4Info and as the part of BMv2 JSON that must agree
 * with it.
 */
public final class TestProgram {
  public static final int MAC = 0x02000001;
  public static final int ROUTE = 0x02000002;
  public static final int ACL = 0x02000003;
  public static final int FIXED = 0x02000004;
  public static final int KEYLESS = 0x02000005;

  public static final int DROP = 0x01000001;
  public static final int FORWARD = 0x01000002;
  public static final int MIRROR = 0x01000003;

  public static final int REASONS = 0x12000001;
  public static final int MAC_COUNTER = 0x13000001;

  public static final int CELLS = 0x14000001;
  public static final int ROUTE_METER = 0x15000001;
  public static final int WORDS = 0x16000001;

  private TestProgram() {}

  public static ForwardingPipelineConfig config() {
    return config(p4Info(), JSON);
  }

  public static ForwardingPipelineConfig config(P4Info info, String json) {
    return ForwardingPipelineConfig.newBuilder()
        .setP4Info(info)
        .setP4DeviceConfig(ByteString.copyFromUtf8(json))
        .setCookie(ForwardingPipelineConfig.Cookie.newBuilder().setCookie(0xc0ffee))
        .build();
  }

  public static P4Info p4Info() {
    P4Info.Builder info = P4Info.newBuilder();
    info.addActions(Action.newBuilder().setPreamble(preamble(DROP, "I.drop")));
    info.addActions(
        Action.newBuilder()
            .setPreamble(preamble(FORWARD, "I.forward"))
            .addParams(Action.Param.newBuilder().setId(1).setName("port").setBitwidth(9))
            .addParams(Action.Param.newBuilder().setId(2).setName("mac").setBitwidth(48)));
    info.addActions(Action.newBuilder().setPreamble(preamble(MIRROR, "I.mirror")));
    info.addTables(
        table(MAC, "I.mac", true)
            .addMatchFields(field(1, "eth.dst", 48, MatchType.EXACT))
            .addDirectResourceIds(MAC_COUNTER));
    info.addTables(
        table(ROUTE, "I.route", true)
            .addMatchFields(field(1, "ip.dst", 32, MatchType.LPM))
            .addDirectResourceIds(ROUTE_METER));
    info.addTables(
        table(ACL, "I.acl", true)
            .addMatchFields(field(1, "ip.src", 32, MatchType.TERNARY))
            .addMatchFields(field(2, "udp.port", 16, MatchType.RANGE))
            .addMatchFields(field(3, "ip.proto", 8, MatchType.OPTIONAL)));
    info.addTables(
        table(FIXED, "I.fixed", false)
            .addMatchFields(field(1, "ip.tos", 8, MatchType.EXACT))
            .setIsConstTable(true)
            .setHasInitialEntries(true)
            .setConstDefaultActionId(DROP));
    info.addTables(table(KEYLESS, "I.keyless", false));
    info.addCounters(
        Counter.newBuilder()
            .setPreamble(preamble(REASONS, "I.reasons"))
            .setSpec(CounterSpec.newBuilder().setUnit(CounterSpec.Unit.BOTH))
            .setSize(4));
    info.addDirectCounters(
        DirectCounter.newBuilder()
            .setPreamble(preamble(MAC_COUNTER, "I.mac_counter"))
            .setDirectTableId(MAC));
    info.addMeters(
        Meter.newBuilder()
            .setPreamble(preamble(CELLS, "I.cells"))
            .setSpec(MeterSpec.newBuilder().setUnit(MeterSpec.Unit.PACKETS))
            .setSize(4));
    info.addDirectMeters(
        DirectMeter.newBuilder()
            .setPreamble(preamble(ROUTE_METER, "I.rates"))
            .setSpec(MeterSpec.newBuilder().setUnit(MeterSpec.Unit.BYTES))
            .setDirectTableId(ROUTE));
    info.addRegisters(Register.newBuilder().setPreamble(preamble(WORDS, "I.words")).setSize(4));
    info.addControllerPacketMetadata(
        header(0x04000001, "packet_in", "ingress_port", 9, "reason", 7));
    info.addControllerPacketMetadata(
        header(0x04000002, "packet_out", "egress_port", 9, "queue", 7));
    return info.build();
  }

  private static Preamble preamble(int id, String name) {
    return Preamble.newBuilder().setId(id).setName(name).build();
  }

  private static Table.Builder table(int id, String name, boolean mirrorIsDefaultOnly) {
    Table.Builder table =
        Table.newBuilder()
            .setPreamble(preamble(id, name))
            .addActionRefs(ActionRef.newBuilder().setId(DROP))
            .addActionRefs(ActionRef.newBuilder().setId(FORWARD));
    if (mirrorIsDefaultOnly) {
      table.addActionRefs(
          ActionRef.newBuilder().setId(MIRROR).setScope(ActionRef.Scope.DEFAULT_ONLY));
    }
    return table;
  }

  private static MatchField field(int id, String name, int width, MatchType type) {
    return MatchField.newBuilder()
        .setId(id)
        .setName(name)
        .setBitwidth(width)
        .setMatchType(type)
        .build();
  }

  private static ControllerPacketMetadata header(
      int id, String name, String first, int firstWidth, String second, int secondWidth) {
    return ControllerPacketMetadata.newBuilder()
        .setPreamble(preamble(id, name))
        .addMetadata(
            ControllerPacketMetadata.Metadata.newBuilder()
                .setId(1)
                .setName(first)
                .setBitwidth(firstWidth))
        .addMetadata(
            ControllerPacketMetadata.Metadata.newBuilder()
                .setId(2)
                .setName(second)
                .setBitwidth(secondWidth))
        .build();
  }

  public static final String JSON =
      """
      {
        "actions": [
          {"name": "I.drop", "id": 0, "runtime_data": []},
          {"name": "I.forward", "id": 1, "runtime_data": [
            {"name": "port", "bitwidth": 9}, {"name": "mac", "bitwidth": 48}]},
          {"name": "I.mirror", "id": 2, "runtime_data": []}
        ],
        "counter_arrays": [
          {"name": "I.reasons", "id": 0, "is_direct": false, "size": 4},
          {"name": "I.mac_counter", "id": 1, "is_direct": true, "binding": "I.mac"}
        ],
        "meter_arrays": [
          {"name": "I.cells", "id": 0, "is_direct": false, "size": 4},
          {"name": "I.rates", "id": 1, "is_direct": true, "binding": "I.route"}
        ],
        "register_arrays": [
          {"name": "I.words", "id": 0, "bitwidth": 48, "size": 4}
        ],
        "pipelines": [
          {"name": "ingress", "tables": [
            {"name": "I.mac", "key": [{"match_type": "exact", "name": "eth.dst"}],
             "actions": ["I.drop", "I.forward", "I.mirror"]},
            {"name": "I.route", "key": [{"match_type": "lpm", "name": "ip.dst"}],
             "actions": ["I.drop", "I.forward", "I.mirror"]},
            {"name": "I.acl", "key": [
              {"match_type": "ternary", "name": "ip.src"},
              {"match_type": "range", "name": "udp.port"},
              {"match_type": "ternary", "name": "ip.proto"}],
             "actions": ["I.drop", "I.forward", "I.mirror"]},
            {"name": "I.fixed", "key": [{"match_type": "exact", "name": "ip.tos"}],
             "actions": ["I.drop", "I.forward"],
             "entries": [
               {"match_key": [{"match_type": "exact", "key": "0x07"}],
                "action_entry": {"action_id": 1, "action_data": ["0x3", "0x0a"]},
                "priority": 1}]},
            {"name": "I.keyless", "key": [], "actions": ["I.drop", "I.forward"]}
          ]},
          {"name": "egress", "tables": []}
        ]
      }
      """;
}
