package io.tern.p4.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tern.p4.generator.Contract.Cell;
import io.tern.p4.generator.Contract.Field;
import org.junit.jupiter.api.Test;

class ContractReaderTest {

  @Test
  void readsTablesWithTheirMatchFieldsAndDirectCounters() {
    Contract contract = ContractReader.read(SampleP4Info.TEXT);

    assertThat(contract.program()).isEqualTo("sample");
    assertThat(contract.version()).isEqualTo("1.2");
    assertThat(contract.tables())
        .singleElement()
        .satisfies(
            table -> {
              assertThat(table.identity())
                  .isEqualTo(new Contract.Identity(0x02000001, "Ingress.vip.vip_v4", "vip_v4"));
              assertThat(table.size()).isEqualTo(1024);
              assertThat(table.directCounterId()).isEqualTo(0x13000001);
              assertThat(table.matchFields())
                  .containsExactly(new Field(1, "dst_addr", 32), new Field(2, "dst_port", 16));
            });
  }

  @Test
  void readsActionsButNotNoAction() {
    assertThat(ContractReader.read(SampleP4Info.TEXT).actions())
        .singleElement()
        .satisfies(
            action -> {
              assertThat(action.identity().alias()).isEqualTo("set_pool");
              assertThat(action.params()).containsExactly(new Field(1, "pool_id", 16));
            });
  }

  @Test
  void readsTheCellsOfACounterFromItsAnnotation() {
    assertThat(ContractReader.read(SampleP4Info.TEXT).counters())
        .singleElement()
        .satisfies(
            counter ->
                assertThat(counter.cells())
                    .containsExactly(
                        new Cell(0, "not_vip", "passed"),
                        new Cell(1, "malformed", "lengths that lie")));
  }

  @Test
  void readsControllerHeaders() {
    assertThat(ContractReader.read(SampleP4Info.TEXT).controllerHeaders())
        .singleElement()
        .satisfies(
            header ->
                assertThat(header.metadata())
                    .containsExactly(new Field(1, "egress_port", 9), new Field(2, "pad", 7)));
  }

  @Test
  void refusesTextThatIsNoP4Info() {
    refuses("tables { what }", "no P4Info in text format");
    refuses("{\"tables\": []}", "no P4Info in text format");
  }

  @Test
  void refusesAP4InfoWithoutTables() {
    refuses("", "the P4Info has no table");
  }

  @Test
  void refusesACounterWithoutNamesForItsCells() {
    refuses(
        SampleP4Info.TEXT.replace("name: \"tern_cells\"", "name: \"other\""),
        "counter reason has no annotation @tern_cells[");
  }

  @Test
  void aCounterWithANumberForItsIndexHasNoNamedCells() {
    Contract contract =
        ContractReader.read(
            SampleP4Info.TEXT.replace("name: \"tern_cells\"", "name: \"tern_index\""));

    assertThat(contract.counters())
        .singleElement()
        .satisfies(
            counter -> {
              assertThat(counter.size()).isEqualTo(2);
              assertThat(counter.cells()).isEmpty();
            });
  }

  @Test
  void refusesCellsThatAreNotInThrees() {
    refuses(
        SampleP4Info.TEXT.replace("expressions { string_value: \"lengths that lie\" }", ""),
        "has 5 expressions; they must come in threes");
  }

  @Test
  void refusesACellWhoseIndexIsNoNumber() {
    refuses(
        SampleP4Info.TEXT.replace(
            "expressions { int64_value: 1 }", "expressions { string_value: \"1\" }"),
        "expression 3 and the two after it: must be a number, a string and a string");
  }

  @Test
  void refusesCellsWithGaps() {
    refuses(
        SampleP4Info.TEXT.replace("int64_value: 1", "int64_value: 2"),
        "cell 'malformed' has index 2; cells must be listed in order, without gaps, which wants 1");
  }

  @Test
  void refusesTwoCellsOfOneName() {
    refuses(SampleP4Info.TEXT.replace("\"malformed\"", "\"not_vip\""), "has two cells 'not_vip'");
  }

  @Test
  void refusesACounterThatHasMoreCellsThanNames() {
    refuses(SampleP4Info.TEXT.replace("size: 2", "size: 3"), "names 2 cells; the counter has 3");
  }

  @Test
  void refusesTwoObjectsWithOneId() {
    refuses(
        SampleP4Info.TEXT.replace("id: 16777217 name: \"Ingress", "id: 33554433 name: \"Ingress"),
        "action Ingress.vip.set_pool has ID 33554433, as Ingress.vip.vip_v4 has already");
  }

  @Test
  void refusesFieldIdsThatDoNotCount() {
    refuses(
        SampleP4Info.TEXT.replace("id: 2 name: \"dst_port\"", "id: 3 name: \"dst_port\""),
        "field 'dst_port' of table vip_v4 has ID 3; IDs must count 1, 2, ...");
  }

  @Test
  void refusesAFieldWithoutWidth() {
    refuses(
        SampleP4Info.TEXT.replace("name: \"pool_id\" bitwidth: 16", "name: \"pool_id\""),
        "field 'pool_id' of action set_pool has no width in bits");
  }

  @Test
  void refusesAnObjectWithoutAName() {
    refuses(
        SampleP4Info.TEXT.replace("name: \"Ingress.vip.vip_v4\" ", ""),
        "a table has no id, no name or no alias");
  }

  private static void refuses(String p4Info, String message) {
    assertThat(p4Info).isNotEqualTo(SampleP4Info.TEXT);
    assertThatExceptionOfType(ContractException.class)
        .isThrownBy(() -> ContractReader.read(p4Info))
        .withMessageContaining(message);
  }
}
