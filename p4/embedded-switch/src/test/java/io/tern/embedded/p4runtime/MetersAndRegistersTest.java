package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;
import static io.tern.embedded.p4runtime.TestController.errors;
import static io.tern.embedded.p4runtime.Updates.delete;
import static io.tern.embedded.p4runtime.Updates.insert;
import static io.tern.embedded.p4runtime.Updates.mac;
import static io.tern.embedded.p4runtime.Updates.modify;
import static io.tern.embedded.p4runtime.Updates.route;
import static io.tern.embedded.p4runtime.Updates.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tern.embedded.engine.DataPlane.MeterRates;
import io.tern.proto.p4.config.v1.MeterSpec;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.DirectMeterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Index;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.MeterCounterData;
import io.tern.proto.p4.v1.MeterEntry;
import io.tern.proto.p4.v1.P4Data;
import io.tern.proto.p4.v1.RegisterEntry;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest.Atomicity;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Meters (sections 9.1.5 and 9.4) and registers (section 9.7). */
class MetersAndRegistersTest {
  private static final long PRIMARY = 10;

  private final RunningDevice running = new RunningDevice();
  private final TestController controller = running.controller();

  @BeforeEach
  void loadPipeline() {
    controller.primary(PRIMARY);
    controller.setPipeline(PRIMARY, Action.VERIFY_AND_COMMIT, TestProgram.config());
  }

  @AfterEach
  void close() {
    running.close();
  }

  private String refusal(Update update) {
    Throwable failure = catchThrowable(() -> controller.write(PRIMARY, update));
    assertThat(failure).as("the write succeeded").isNotNull();
    return errors(failure).get(0);
  }

  private static TableEntry.Builder metered(MeterConfig config) {
    return route(8, 10, 0, 0, 0).setMeterConfig(config);
  }

  private static TableEntry.Builder key() {
    return route(8, 10, 0, 0, 0).clearAction();
  }

  private static MeterConfig config(long cir, long cburst, long pir, long pburst) {
    return MeterConfig.newBuilder()
        .setCir(cir)
        .setCburst(cburst)
        .setPir(pir)
        .setPburst(pburst)
        .build();
  }

  private static Entity direct(MeterConfig config) {
    DirectMeterEntry.Builder meter = DirectMeterEntry.newBuilder().setTableEntry(key());
    if (config != null) {
      meter.setConfig(config);
    }
    return Entity.newBuilder().setDirectMeterEntry(meter).build();
  }

  private static Entity cell(int index, MeterConfig config) {
    MeterEntry.Builder meter = MeterEntry.newBuilder().setMeterId(TestProgram.CELLS);
    if (index >= 0) {
      meter.setIndex(Index.newBuilder().setIndex(index));
    }
    if (config != null) {
      meter.setConfig(config);
    }
    return Entity.newBuilder().setMeterEntry(meter).build();
  }

  private static Entity word(int index, int... octets) {
    RegisterEntry.Builder register = RegisterEntry.newBuilder().setRegisterId(TestProgram.WORDS);
    if (index >= 0) {
      register.setIndex(Index.newBuilder().setIndex(index));
    }
    if (octets.length > 0) {
      register.setData(P4Data.newBuilder().setBitstring(bytes(octets)));
    }
    return Entity.newBuilder().setRegisterEntry(register).build();
  }

  /** The meter of the only entry. */
  private MeterRates rates() {
    return running.dataPlane().entries.values().iterator().next().meter;
  }

  private MeterConfig readBack() {
    List<Entity> found =
        controller.read(
            Entity.newBuilder()
                .setTableEntry(
                    TableEntry.newBuilder()
                        .setTableId(TestProgram.ROUTE)
                        .setMeterConfig(MeterConfig.getDefaultInstance()))
                .build());
    assertThat(found).hasSize(1);
    TableEntry entry = found.get(0).getTableEntry();
    return entry.hasMeterConfig() ? entry.getMeterConfig() : null;
  }

  @Test
  void entryBringsItsMeterAndModificationReplacesIt() {
    controller.write(PRIMARY, insert(metered(config(1, 2, 3, 4))));
    assertThat(rates()).isEqualTo(new MeterRates(1, 2, 3, 4));
    assertThat(readBack()).isEqualTo(config(1, 2, 3, 4));

    controller.write(PRIMARY, modify(metered(config(5, 6, 7, 8))));
    assertThat(rates()).isEqualTo(new MeterRates(5, 6, 7, 8));

    controller.write(PRIMARY, modify(route(8, 10, 0, 0, 0)));
    assertThat(rates()).as("unset is the default: green").isNull();
    assertThat(readBack()).isNull();
  }

  @Test
  void configurationIsReadOnlyIfAskedFor() {
    controller.write(PRIMARY, insert(metered(config(1, 2, 3, 4))));

    List<Entity> found =
        controller.read(
            Entity.newBuilder()
                .setTableEntry(TableEntry.newBuilder().setTableId(TestProgram.ROUTE))
                .build());
    assertThat(found.get(0).getTableEntry().hasMeterConfig()).isFalse();
  }

  @Test
  void directMeterIsWrittenAndReadByTheKeyOfItsEntry() {
    controller.write(PRIMARY, insert(route(8, 10, 0, 0, 0)));
    controller.write(PRIMARY, update(Update.Type.MODIFY, direct(config(1, 2, 3, 4))));

    assertThat(rates()).isEqualTo(new MeterRates(1, 2, 3, 4));
    assertThat(controller.read(direct(null))).containsExactly(direct(config(1, 2, 3, 4)));
    assertThat(
            controller.read(
                Entity.newBuilder()
                    .setDirectMeterEntry(DirectMeterEntry.getDefaultInstance())
                    .build()))
        .containsExactly(direct(config(1, 2, 3, 4)));

    controller.write(PRIMARY, update(Update.Type.MODIFY, direct(null)));
    assertThat(rates()).isNull();
    assertThat(controller.read(direct(null))).containsExactly(direct(null));
  }

  @Test
  void meterOfAnEntryThatIsNotThereIsNotFound() {
    assertThat(refusal(update(Update.Type.MODIFY, direct(config(1, 1, 1, 1)))))
        .isEqualTo("NOT_FOUND: table 'I.route' has no entry with this key: ip.dst 0xa000000/8");
    assertThat(catchThrowable(() -> controller.read(direct(null)))).isNotNull();
  }

  @Test
  void configurationsThatMakeNoSenseAreRefusedAndChangeNothing() {
    assertThat(refusal(insert(metered(config(-1, 1, 1, 1)))))
        .isEqualTo("INVALID_ARGUMENT: table 'I.route': cir -1 is negative");
    assertThat(refusal(insert(metered(config(2, 1, 1, 1)))))
        .isEqualTo("INVALID_ARGUMENT: table 'I.route': pir 1 is below cir 2");
    assertThat(refusal(insert(metered(config(1, 1, 1, 1).toBuilder().setEburst(5).build()))))
        .isEqualTo(
            "INVALID_ARGUMENT: table 'I.route': eburst 5 is for single-rate meters only, this one"
                + " has two rates");
    assertThat(running.dataPlane().entries).isEmpty();
    assertThat(refusal(update(Update.Type.MODIFY, cell(1, config(1, -1, 1, 1)))))
        .isEqualTo("INVALID_ARGUMENT: meter 'I.cells': cburst -1 is negative");
    assertThat(running.dataPlane().meters).isEmpty();
  }

  @Test
  void metersAreOnlyModified() {
    controller.write(PRIMARY, insert(route(8, 10, 0, 0, 0)));
    MeterConfig config = config(1, 1, 1, 1);

    assertThat(refusal(update(Update.Type.INSERT, direct(config)))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(update(Update.Type.DELETE, direct(config)))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(update(Update.Type.INSERT, cell(1, config)))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(update(Update.Type.DELETE, cell(1, config)))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(update(Update.Type.INSERT, word(1, 1)))).startsWith("INVALID_ARGUMENT");
  }

  @Test
  void whatDoesNotExistSaysSo() {
    DirectMeterEntry.Builder ofMac = DirectMeterEntry.newBuilder().setTableEntry(mac(1));
    assertThat(
            refusal(
                update(Update.Type.MODIFY, Entity.newBuilder().setDirectMeterEntry(ofMac).build())))
        .isEqualTo("INVALID_ARGUMENT: table 'I.mac' has no direct meter");
    assertThat(
            refusal(
                modify(
                    TableEntry.newBuilder()
                        .setTableId(TestProgram.ROUTE)
                        .setIsDefaultAction(true)
                        .setMeterConfig(config(1, 1, 1, 1)))))
        .isEqualTo(
            "UNIMPLEMENTED: table 'I.route': packets that miss are not metered, so the default"
                + " entry has no meter");
    assertThat(
            refusal(
                insert(
                    route(8, 10, 0, 0, 0)
                        .setMeterCounterData(MeterCounterData.getDefaultInstance()))))
        .isEqualTo("UNIMPLEMENTED: table 'I.route': meters of this switch do not count by colour");
    assertThat(refusal(update(Update.Type.MODIFY, cell(4, config(1, 1, 1, 1)))))
        .isEqualTo("OUT_OF_RANGE: meter 'I.cells': index 4, expected 0 to 3");
    assertThat(refusal(update(Update.Type.MODIFY, word(4, 1))))
        .isEqualTo("OUT_OF_RANGE: register 'I.words': index 4, expected 0 to 3");
    assertThat(refusal(update(Update.Type.MODIFY, word(1))))
        .isEqualTo("INVALID_ARGUMENT: register 'I.words': expected a bitstring, not DATA_NOT_SET");
    assertThat(refusal(update(Update.Type.MODIFY, word(1, 1, 0, 0, 0, 0, 0, 0))))
        .contains("needs 49 bits, the field is bit<48>");
  }

  @Test
  void indirectMetersAreConfiguredOneByOneOrAllTogether() {
    controller.write(PRIMARY, update(Update.Type.MODIFY, cell(2, config(1, 2, 3, 4))));
    assertThat(running.dataPlane().meters).containsOnlyKeys("I.cells2");
    assertThat(controller.read(cell(2, null))).containsExactly(cell(2, config(1, 2, 3, 4)));
    assertThat(controller.read(cell(-1, null)))
        .containsExactly(cell(0, null), cell(1, null), cell(2, config(1, 2, 3, 4)), cell(3, null));

    controller.write(PRIMARY, update(Update.Type.MODIFY, cell(-1, config(5, 6, 7, 8))));
    assertThat(running.dataPlane().meters).hasSize(4);
    controller.write(PRIMARY, update(Update.Type.MODIFY, cell(1, null)));
    assertThat(controller.read(cell(1, null))).containsExactly(cell(1, null));
    assertThat(running.dataPlane().meters).doesNotContainKey("I.cells1").hasSize(3);
  }

  @Test
  void registersAreReadAndWritten() {
    controller.write(PRIMARY, update(Update.Type.MODIFY, word(-1, 7)));
    controller.write(PRIMARY, update(Update.Type.MODIFY, word(1, 0, 0xff, 0, 0, 0, 1)));

    assertThat(running.dataPlane().registers.get("I.words1"))
        .isEqualTo(new BigInteger("ff00000001", 16));
    assertThat(controller.read(word(-1)))
        .containsExactly(word(0, 7), word(1, 0xff, 0, 0, 0, 1), word(2, 7), word(3, 7));
    assertThat(
            controller.read(
                Entity.newBuilder().setRegisterEntry(RegisterEntry.getDefaultInstance()).build()))
        .hasSize(4);
  }

  @Test
  void rollbackRestoresMetersAndRegisters() {
    controller.write(PRIMARY, insert(metered(config(1, 2, 3, 4))));
    Throwable failure =
        catchThrowable(
            () ->
                controller.write(
                    PRIMARY,
                    Atomicity.ROLLBACK_ON_ERROR,
                    modify(route(8, 10, 0, 0, 0)),
                    update(Update.Type.MODIFY, direct(config(9, 9, 9, 9))),
                    delete(metered(config(1, 1, 1, 1))),
                    update(Update.Type.MODIFY, cell(-1, config(5, 6, 7, 8))),
                    update(Update.Type.MODIFY, word(-1, 7)),
                    delete(mac(1))));

    assertThat(failure).isNotNull();
    assertThat(rates()).isEqualTo(new MeterRates(1, 2, 3, 4));
    assertThat(readBack()).isEqualTo(config(1, 2, 3, 4));
    assertThat(running.dataPlane().meters).isEmpty();
    assertThat(controller.read(cell(0, null))).containsExactly(cell(0, null));
    assertThat(controller.read(word(0))).containsExactly(word(0, 0));
  }

  @Test
  void reconciliationKeepsMetersAndRegisters() {
    controller.write(
        PRIMARY,
        insert(metered(config(1, 2, 3, 4))),
        update(Update.Type.MODIFY, cell(2, config(5, 6, 7, 8))),
        update(Update.Type.MODIFY, word(3, 9)));
    controller.setPipeline(
        PRIMARY,
        Action.RECONCILE_AND_COMMIT,
        TestProgram.config(TestProgram.p4Info(), TestProgram.JSON + " "));

    assertThat(running.loaded).hasSize(2);
    assertThat(readBack()).isEqualTo(config(1, 2, 3, 4));
    assertThat(rates()).isEqualTo(new MeterRates(1, 2, 3, 4));
    assertThat(controller.read(cell(2, null))).containsExactly(cell(2, config(5, 6, 7, 8)));
    assertThat(controller.read(word(3))).containsExactly(word(3, 9));
  }

  @Test
  void programAndP4InfoMustAgreeOnMetersAndRegisters() {
    P4Info.Builder info = TestProgram.p4Info().toBuilder();
    info.getMetersBuilder(0).setSize(5);
    assertThat(refused(info)).contains("meter 'I.cells' has 5 cells in P4Info and 4");

    info = TestProgram.p4Info().toBuilder();
    info.getDirectMetersBuilder(0).getPreambleBuilder().setName("I.other");
    assertThat(refused(info)).contains("direct meter 'I.other' is not in the program");

    info = TestProgram.p4Info().toBuilder();
    info.getRegistersBuilder(0).setSize(9);
    assertThat(refused(info)).contains("register 'I.words' has 9 cells in P4Info and 4");

    info = TestProgram.p4Info().toBuilder();
    info.getDirectMetersBuilder(0).getSpecBuilder().setType(MeterSpec.Type.SINGLE_RATE_THREE_COLOR);
    assertThat(refused(info)).contains("meter 'I.rates' is SINGLE_RATE_THREE_COLOR");
  }

  private String refused(P4Info.Builder info) {
    Throwable failure =
        catchThrowable(
            () ->
                controller.setPipeline(
                    PRIMARY, Action.VERIFY, TestProgram.config(info.build(), TestProgram.JSON)));
    assertThat(failure).isNotNull();
    return failure.getMessage();
  }
}
