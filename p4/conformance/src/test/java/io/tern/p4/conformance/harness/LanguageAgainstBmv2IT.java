package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.DirectMeterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.Index;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.MeterEntry;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What P4 offers beyond what Tern's own program uses: small programs, the same writes and frames on
 * BMv2 and on the embedded switch, and the same answers and frames from both.
 */
class LanguageAgainstBmv2IT {
  private static final long SEED = Long.getLong("tern.seed", 20_261_122);

  /** Runs a scenario on both and compares what it tells, line by line. */
  private static void compare(String program, Function<LanguageProgram, List<String>> scenario)
      throws IOException {
    Optional<Path> executable = Bmv2Switch.executable();
    System.out.println(
        executable
            .map(path -> "BMv2: comparing %s.p4 with %s".formatted(program, path))
            .orElse("BMv2: %s.p4 NOT compared: no simple_switch_grpc on PATH".formatted(program)));
    assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    Path log = Path.of("target", "language-" + program + ".log");
    Files.createDirectories(log.getParent());
    List<String> expected;
    try (LanguageProgram bmv2 =
        new LanguageProgram(Bmv2Switch.start(executable.get(), log), program)) {
      expected = scenario.apply(bmv2);
    }
    List<String> actual;
    try (LanguageProgram embedded = new LanguageProgram(new EmbeddedSwitchTarget(), program)) {
      actual = scenario.apply(embedded);
    }
    assertThat(expected).as("a scenario that tells nothing compares nothing").isNotEmpty();
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      assertThat(actual.get(i))
          .as("%s.p4, line %d, after %s", program, i, i == 0 ? "nothing" : expected.get(i - 1))
          .isEqualTo(expected.get(i));
    }
    assertThat(actual).hasSameSizeAs(expected);
  }

  // Meters

  @Test
  void metersMarkAndReadBackAlike() throws Exception {
    compare(
        "meters",
        device -> {
          List<String> told = new ArrayList<>();
          // No tokens come while the test runs: what is marked depends on the bursts alone.
          MeterConfig three = config(0, 3, 0, 5);
          told.add(write(device, Update.Type.INSERT, flow(device, 1, "mark", three)));
          told.add(write(device, Update.Type.INSERT, flow(device, 2, "mark", null)));
          told.add(write(device, Update.Type.INSERT, flow(device, 3, "mark", config(0, 0, 0, 0))));
          told.add(write(device, Update.Type.INSERT, flow(device, 4, "mark", config(9, 1, 9, 1))));
          told.addAll(colours(device, 1, 2, 3, 77));
          told.addAll(reads(device));

          told.add("an entry that is modified with a configuration starts with full bursts");
          told.add(write(device, Update.Type.MODIFY, flow(device, 1, "mark_and_tell", three)));
          told.addAll(colours(device, 1));
          told.add("direct meters as entities");
          told.add(write(device, Update.Type.MODIFY, direct(device, 1, config(0, 1, 0, 2))));
          told.add(write(device, Update.Type.MODIFY, direct(device, 2, config(0, 2, 0, 2))));
          told.addAll(colours(device, 1, 2));
          told.addAll(reads(device));
          told.add(write(device, Update.Type.MODIFY, direct(device, 1, null)));
          told.addAll(colours(device, 1));
          told.addAll(reads(device));
          told.add("an entry that is deleted and inserted again starts with full bursts");
          told.add(write(device, Update.Type.DELETE, flow(device, 2, "mark", null)));
          told.add(write(device, Update.Type.INSERT, flow(device, 2, "mark", three)));
          told.addAll(colours(device, 2));

          told.add("indirect meters");
          told.add(
              write(device, Update.Type.MODIFY, cell(device, "cell_meter", 5, config(0, 2, 0, 4))));
          told.add(
              write(
                  device,
                  Update.Type.MODIFY,
                  cell(device, "octets_meter", 5, config(0, 50, 0, 99))));
          told.addAll(colours(device, 0x0500, 77));
          told.addAll(reads(device));
          told.add(write(device, Update.Type.MODIFY, cell(device, "cell_meter", 5, null)));
          told.addAll(colours(device, 0x0500));
          told.addAll(reads(device));

          told.add("refused");
          told.add(write(device, Update.Type.INSERT, direct(device, 1, three)));
          told.add(write(device, Update.Type.DELETE, direct(device, 1, three)));
          told.add(write(device, Update.Type.INSERT, cell(device, "cell_meter", 1, three)));
          told.add(write(device, Update.Type.DELETE, cell(device, "cell_meter", 1, three)));
          told.add(
              write(
                  device, Update.Type.MODIFY, cell(device, "cell_meter", 1, config(-5, 1, 1, 1))));
          told.add(write(device, Update.Type.MODIFY, direct(device, 1, config(1, 1, 1, -7))));
          told.add(write(device, Update.Type.INSERT, flow(device, 9, "mark", config(1, -5, 1, 1))));
          told.addAll(reads(device));
          return told;
        });
  }

  /**
   * Where BMv2 does not do what the P4Runtime specification says (section 9.1.5), the embedded
   * switch does: an entry that is written without a meter configuration has none afterwards.
   */
  @Test
  void entryWrittenWithoutMeterConfigurationIsGreen() throws Exception {
    try (LanguageProgram embedded = new LanguageProgram(new EmbeddedSwitchTarget(), "meters")) {
      assertThat(inheritedColours(embedded)).isEqualTo("green green");
    }
    Optional<Path> executable = Bmv2Switch.executable();
    assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    Path log = Path.of("target", "language-inherited-meters.log");
    try (LanguageProgram bmv2 =
        new LanguageProgram(Bmv2Switch.start(executable.get(), log), "meters")) {
      assertThat(inheritedColours(bmv2)).as("BMv2 keeps the meter").isEqualTo("red red");
    }
  }

  /** After a modification without configuration, and of a new entry in place of one with. */
  private static String inheritedColours(LanguageProgram device) {
    assertThat(write(device, Update.Type.INSERT, flow(device, 1, "mark", config(0, 0, 0, 0))))
        .isEqualTo("OK");
    assertThat(write(device, Update.Type.MODIFY, flow(device, 1, "mark_and_tell", null)))
        .isEqualTo("OK");
    String modified = colours(device, 1).get(9);
    assertThat(write(device, Update.Type.MODIFY, direct(device, 1, config(0, 0, 0, 0))))
        .isEqualTo("OK");
    assertThat(write(device, Update.Type.DELETE, flow(device, 1, "mark", null))).isEqualTo("OK");
    assertThat(write(device, Update.Type.INSERT, flow(device, 2, "mark", null))).isEqualTo("OK");
    String replaced = colours(device, 2).get(9);
    return colour(modified) + " " + colour(replaced);
  }

  private static String colour(String leaves) {
    int at = leaves.indexOf("frame=") + "frame=".length() + 6;
    return List.of("green", "yellow", "red", "untouched")
        .get(Integer.parseInt(leaves.substring(at, at + 2), 16));
  }

  /** Ten frames of each flow; the low octet of a flow names its cell of the indirect meters. */
  private static List<String> colours(LanguageProgram device, int... flows) {
    List<Octets> frames = new ArrayList<>();
    for (int flow : flows) {
      for (int i = 0; i < 10; i++) {
        frames.add(
            Octets.number(flow & 0xff, 2)
                .then(Octets.number(flow >> 8, 1), Octets.number(i, 3), Octets.counting(0, 14)));
      }
    }
    return tell(device.send(frames, 1));
  }

  private static List<String> reads(LanguageProgram device) {
    TableEntry.Builder entries =
        TableEntry.newBuilder()
            .setTableId(device.id("flows"))
            .setMeterConfig(MeterConfig.getDefaultInstance());
    TableEntry.Builder table = TableEntry.newBuilder().setTableId(device.id("flows"));
    return Stream.of(
            Entity.newBuilder().setTableEntry(entries),
            Entity.newBuilder().setTableEntry(table),
            Entity.newBuilder()
                .setDirectMeterEntry(DirectMeterEntry.newBuilder().setTableEntry(table)),
            direct(device, 1, null).toBuilder(),
            Entity.newBuilder()
                .setMeterEntry(MeterEntry.newBuilder().setMeterId(device.id("cell_meter"))),
            Entity.newBuilder()
                .setMeterEntry(MeterEntry.newBuilder().setMeterId(device.id("octets_meter"))),
            cell(device, "cell_meter", 5, null).toBuilder())
        .flatMap(
            request ->
                device.client().read(request.build()).stream()
                    .map(Entity::toString)
                    // A device may give entries in any order.
                    .sorted())
        .toList();
  }

  private static MeterConfig config(long cir, long cburst, long pir, long pburst) {
    return MeterConfig.newBuilder()
        .setCir(cir)
        .setCburst(cburst)
        .setPir(pir)
        .setPburst(pburst)
        .build();
  }

  private static TableEntry.Builder key(LanguageProgram device, int flow) {
    return TableEntry.newBuilder()
        .setTableId(device.id("flows"))
        .addMatch(
            FieldMatch.newBuilder()
                .setFieldId(1)
                .setExact(FieldMatch.Exact.newBuilder().setValue(Entities.bytestring(flow))));
  }

  private static Entity flow(
      LanguageProgram device, int flow, String actionName, MeterConfig config) {
    Action.Builder action = Action.newBuilder().setActionId(device.id(actionName));
    if (actionName.equals("mark_and_tell")) {
      action.addParams(Action.Param.newBuilder().setParamId(1).setValue(Entities.bytestring(0x42)));
    }
    TableEntry.Builder entry =
        key(device, flow).setAction(TableAction.newBuilder().setAction(action));
    if (config != null) {
      entry.setMeterConfig(config);
    }
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  private static Entity direct(LanguageProgram device, int flow, MeterConfig config) {
    DirectMeterEntry.Builder meter = DirectMeterEntry.newBuilder().setTableEntry(key(device, flow));
    if (config != null) {
      meter.setConfig(config);
    }
    return Entity.newBuilder().setDirectMeterEntry(meter).build();
  }

  private static Entity cell(LanguageProgram device, String name, int index, MeterConfig config) {
    MeterEntry.Builder meter =
        MeterEntry.newBuilder()
            .setMeterId(device.id(name))
            .setIndex(Index.newBuilder().setIndex(index));
    if (config != null) {
      meter.setConfig(config);
    }
    return Entity.newBuilder().setMeterEntry(meter).build();
  }

  // Replication

  @Test
  void copiesLeaveAlike() throws Exception {
    compare(
        "replication",
        device -> {
          Random random = new Random(SEED);
          List<String> told = new ArrayList<>();
          told.add("neither groups nor sessions");
          told.addAll(sorted(device.send(wishes(random, 40), 6)));
          told.add(write(device, Update.Type.INSERT, session(1, 2, 0)));
          told.add(write(device, Update.Type.INSERT, session(2, 3, 7, 4, 9, 3, 8)));
          told.add(write(device, Update.Type.INSERT, group(1, 2, 1, 3, 1, 2, 2)));
          told.add(write(device, Update.Type.INSERT, group(2, 4, 65535)));
          told.addAll(sorted(device.send(wishes(random, 250), 6)));
          told.add("changed while frames pass");
          told.add(write(device, Update.Type.MODIFY, session(1, 3, 4, 3, 5)));
          told.add(write(device, Update.Type.MODIFY, group(2, 2, 11, 2, 12, 3, 13)));
          told.addAll(sorted(device.send(wishes(random, 100), 6)));
          told.add(write(device, Update.Type.DELETE, session(2)));
          told.add(write(device, Update.Type.MODIFY, group(1)));
          told.addAll(sorted(device.send(wishes(random, 100), 6)));
          told.add(write(device, Update.Type.DELETE, group(2)));
          told.addAll(sorted(device.send(wishes(random, 100), 6)));
          told.add("read back");
          told.addAll(
              device
                  .client()
                  .read(
                      Entity.newBuilder()
                          .setPacketReplicationEngineEntry(
                              PacketReplicationEngineEntry.newBuilder()
                                  .setCloneSessionEntry(CloneSessionEntry.getDefaultInstance()))
                          .build())
                  .stream()
                  .map(LanguageAgainstBmv2IT::tellSession)
                  .toList());
          told.add("refused");
          told.add(write(device, Update.Type.INSERT, session(1, 2, 0)));
          told.add(write(device, Update.Type.MODIFY, session(6, 2, 0)));
          told.add(write(device, Update.Type.DELETE, session(6)));
          told.add(write(device, Update.Type.INSERT, group(1, 2, 0)));
          told.add(write(device, Update.Type.MODIFY, group(6, 2, 0)));
          told.add(write(device, Update.Type.DELETE, group(6)));
          return told;
        });
  }

  /** Frames whose fields are as in replication.p4. */
  private static List<Octets> wishes(Random random, int count) {
    return Stream.generate(
            () ->
                Octets.number(random.nextInt(256), 1)
                    .then(
                        Octets.number(random.nextInt(4), 1),
                        Octets.number(random.nextInt(4), 2),
                        Octets.number(random.nextInt(80), 2),
                        Octets.counting(0, 14),
                        Octets.counting(0xa0, 4),
                        Octets.counting(random.nextInt(256), random.nextInt(40))))
        .limit(count)
        .toList();
  }

  /** Ports and instances in turn. */
  private static List<Replica> replicas(int... portsAndInstances) {
    List<Replica> replicas = new ArrayList<>();
    for (int i = 0; i < portsAndInstances.length; i += 2) {
      replicas.add(replica(portsAndInstances[i], portsAndInstances[i + 1]));
    }
    return replicas;
  }

  @SuppressWarnings("deprecation") // the only form that this BMv2 writes back
  private static Replica replica(int port, int instance) {
    return Replica.newBuilder().setEgressPort(port).setInstance(instance).build();
  }

  private static Entity session(int id, int... portsAndInstances) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setCloneSessionEntry(
                    CloneSessionEntry.newBuilder()
                        .setSessionId(id)
                        .addAllReplicas(replicas(portsAndInstances))))
        .build();
  }

  /** BMv2 gives replicas in an order of its own. */
  private static String tellSession(Entity entity) {
    CloneSessionEntry session = entity.getPacketReplicationEngineEntry().getCloneSessionEntry();
    return session.getSessionId()
        + session.getReplicasList().stream().map(Replica::toString).sorted().toList().toString();
  }

  private static Entity group(int id, int... portsAndInstances) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setMulticastGroupEntry(
                    MulticastGroupEntry.newBuilder()
                        .setMulticastGroupId(id)
                        .addAllReplicas(replicas(portsAndInstances))))
        .build();
  }

  // Parsing

  @Test
  void framesAreParsedAndChecksummedAlike() throws Exception {
    compare(
        "parsing",
        device -> {
          Random random = new Random(SEED);
          return tell(device.send(Stream.generate(() -> options(random)).limit(1500).toList(), 1));
        });
  }

  /** A frame for parsing.p4; some are cut, but never where BMv2 would look beyond the end. */
  private static Octets options(Random random) {
    int skip = random.nextInt(3) * random.nextInt(10);
    int length =
        switch (random.nextInt(8)) {
          case 0 -> 2046;
          case 1 -> 2047;
          case 2 -> random.nextInt(2046);
          default -> random.nextInt(12);
        };
    Octets head =
        Octets.number(skip, 1)
            .then(
                Octets.number(length, 2),
                Octets.number(random.nextInt(64), 1),
                Octets.number(0, 2));
    Octets first = octets(random, skip + length);
    if (random.nextInt(10) == 0) {
      Octets cut = octets(random, random.nextInt(skip + length + 1));
      // Room for the lookahead of 19 octets.
      return cut.length() < 19 ? head.then(first, octets(random, 60)) : head.then(cut);
    }
    Octets options = Octets.EMPTY;
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      int size = random.nextInt(40) == 0 ? 32 + random.nextInt(200) : random.nextInt(32);
      int kind = random.nextInt(20) == 0 ? 15 : random.nextInt(15);
      int more = i + 1 < count ? 1 + random.nextInt(14) : 0;
      options =
          options.then(
              Octets.number(more << 4 | kind, 1), Octets.number(size, 1), octets(random, size));
    }
    return head.then(first, options, octets(random, 40 + random.nextInt(3)));
  }

  private static Octets octets(Random random, int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return Octets.of(octets);
  }

  // Arithmetic

  /** Where random_range is in the result of arithmetic.p4, and how long that is. */
  private static final int RANDOM_AT = 139;

  @Test
  void wordsOfAnyWidthComputeAlike() throws Exception {
    compare(
        "arithmetic",
        device -> {
          Random random = new Random(SEED);
          List<Leaves> left =
              device.send(Stream.generate(() -> operands(random)).limit(1000).toList(), 1);
          return left.stream()
              .map(
                  leaves -> {
                    String frame = leaves.frame().toString();
                    String drawn = frame.substring(2 * RANDOM_AT, 2 * RANDOM_AT + 4);
                    int value = Integer.parseInt(drawn, 16);
                    assertThat(value).isBetween(100, 131);
                    return frame.substring(0, 2 * RANDOM_AT) + frame.substring(2 * RANDOM_AT + 4);
                  })
              .toList();
        });
  }

  private static Octets operands(Random random) {
    byte[] octets = new byte[55];
    random.nextBytes(octets);
    // Shifts by 0 to 255; most of them within the widths.
    octets[0] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(130));
    // Equal and extreme operands, too.
    switch (random.nextInt(6)) {
      case 0 -> System.arraycopy(octets, 21, octets, 37, 16);
      case 1 -> Arrays.fill(octets, 1, 55, (byte) 0xff);
      case 2 -> Arrays.fill(octets, 21, 37, (byte) 0);
      case 3 -> System.arraycopy(octets, 5, octets, 29, 8);
      default -> {}
    }
    return Octets.of(octets);
  }

  // What a scenario tells

  private static String write(LanguageProgram device, Update.Type type, Entity entity) {
    try {
      device.client().write(List.of(Update.newBuilder().setType(type).setEntity(entity).build()));
      return "OK";
    } catch (StatusRuntimeException e) {
      try {
        Error error = StatusProto.fromThrowable(e).getDetails(0).unpack(Error.class);
        return Status.fromCodeValue(error.getCanonicalCode()).getCode().toString();
      } catch (com.google.protobuf.InvalidProtocolBufferException invalid) {
        throw new AssertionError(e);
      }
    }
  }

  private static List<String> tell(List<Leaves> left) {
    return left.stream().map(Leaves::toString).toList();
  }

  /** Ports are queues of their own: what leaves by different ones has no order. */
  private static List<String> sorted(List<Leaves> left) {
    return tell(left).stream().sorted().toList();
  }
}
