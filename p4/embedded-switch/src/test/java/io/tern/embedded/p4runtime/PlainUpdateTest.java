package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;
import static io.tern.embedded.p4runtime.Updates.delete;
import static io.tern.embedded.p4runtime.Updates.exact;
import static io.tern.embedded.p4runtime.Updates.forward;
import static io.tern.embedded.p4runtime.Updates.insert;
import static io.tern.embedded.p4runtime.Updates.mac;
import static io.tern.embedded.p4runtime.Updates.macKey;
import static io.tern.embedded.p4runtime.Updates.modify;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * An update that is read from its octets does what the same update does as a message: entries,
 * arguments and errors.
 */
class PlainUpdateTest {
  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final Pipeline pipeline = Pipeline.load(true, TestProgram.config(), json -> dataPlane);

  @Test
  void plainUpdatesAreReadFromTheirOctets() {
    assertThat(readsPlain(insert(mac(1)))).isTrue();
    assertThat(readsPlain(modify(mac(1)))).isTrue();
    assertThat(readsPlain(delete(macKey(1)))).isTrue();
  }

  @Test
  void whatIsNotPlainIsLeftToMessages() {
    Update insert = insert(mac(1));
    TableEntry entry = insert.getEntity().getTableEntry();
    Stream.of(
            entry.toBuilder().setPriority(1),
            entry.toBuilder().setMetadata(ByteString.copyFromUtf8("m")),
            entry.toBuilder().setIsDefaultAction(true),
            entry.toBuilder().addMatch(exact(1, bytes(1))),
            entry.toBuilder().setMatch(0, exact(2, bytes(1))),
            entry.toBuilder().setMatch(0, exact(1, bytes(1, 0, 0, 0, 0, 0, 0))),
            entry.toBuilder().setMatch(0, exact(1, ByteString.EMPTY)),
            entry.toBuilder().clearMatch(),
            entry.toBuilder().clearAction(),
            entry.toBuilder().setAction(forward(bytes(2, 0), bytes(1))),
            entry.toBuilder().setAction(Updates.call(TestProgram.FORWARD)),
            entry.toBuilder().setAction(Updates.call(77)),
            entry.toBuilder().setTableId(77),
            Updates.route(8, 10, 0, 0, 0))
        .forEach(odd -> assertThat(readsPlain(insert(odd))).isFalse());
    assertThat(dataPlane.entries).isEmpty();
  }

  @Test
  void keysAndArgumentsMayHaveLeadingZeros() {
    List<Integer> codes =
        write(
            insert(
                macKey(5)
                    .setMatch(0, exact(1, bytes(0, 0, 0x02, 0, 0, 0, 0, 5)))
                    .setAction(forward(bytes(0, 0, 1, 0xff), bytes(0)))));

    assertThat(codes).containsExactly(0);
    assertThat(dataPlane.entries.values())
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.key).hasToString("[Exact[value=" + 0x020000000005L + "]]");
              assertThat(e.action.arguments()).hasToString("[511, 0]");
            });
  }

  @Property(tries = 200)
  void doTheSameAsMessages(@ForAll long seed) {
    Random random = new Random(seed);
    FakeDataPlane other = new FakeDataPlane();
    Pipeline messages = Pipeline.load(true, TestProgram.config(), json -> other);
    FakeDataPlane fresh = new FakeDataPlane();
    Pipeline octets = Pipeline.load(true, TestProgram.config(), json -> fresh);
    List<Update> updates = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      updates.add(random(random));
    }

    assertThat(write(octets, updates)).isEqualTo(write(messages, updates, PlainUpdateTest::odd));

    assertThat(fresh.entries.keySet()).containsExactlyElementsOf(other.entries.keySet());
    assertThat(fresh.entries.values().stream().map(e -> e.action.arguments()))
        .containsExactlyElementsOf(
            other.entries.values().stream().map(e -> e.action.arguments()).toList());
  }

  @Property(tries = 500)
  void octetsOfChanceDoNoHarm(@ForAll long seed) throws InvalidProtocolBufferException {
    Random random = new Random(seed);
    byte[] octets = random(random).toByteArray();
    for (int i = random.nextInt(3); i >= 0 && octets.length > 0; i--) {
      octets[random.nextInt(octets.length)] = (byte) random.nextInt();
    }
    WriteRequest request =
        WriteRequest.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        WriteRequest.UPDATES_FIELD_NUMBER,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFrom(octets))
                            .build())
                    .build())
            .build();
    FakeDataPlane fresh = new FakeDataPlane();
    BatchOutcome outcome = new BatchOutcome();

    Pipeline.load(true, TestProgram.config(), json -> fresh)
        .writeEach(EncodedWrite.parse(request.toByteArray()), outcome);

    assertThat(codes(outcome, 1)).doesNotContain(Status.Code.INTERNAL.value());
  }

  @Test
  void changesThatFailAtTheEndOfTheBatchAreTakenBack() {
    dataPlane.failsLate = entry -> entry.key.toString().contains("" + 0x020000000002L);

    assertThat(write(insert(mac(1)), insert(mac(2)), insert(mac(3))))
        .containsExactly(0, Status.Code.RESOURCE_EXHAUSTED.value(), 0);

    dataPlane.failsLate = entry -> false;
    assertThat(write(insert(mac(1)), insert(mac(2)), delete(macKey(3))))
        .containsExactly(Status.Code.ALREADY_EXISTS.value(), 0, 0);
  }

  private boolean readsPlain(Update update) {
    byte[] octets = update.toByteArray();
    return pipeline.writePlain(octets, 0, octets.length);
  }

  private List<Integer> write(Update... updates) {
    return codes(write(pipeline, List.of(updates)), updates.length);
  }

  private static List<Integer> codes(List<String> outcomes, int updates) {
    return outcomes.isEmpty()
        ? Collections.nCopies(updates, 0)
        : outcomes.stream().map(o -> Integer.parseInt(o.substring(0, o.indexOf(' ')))).toList();
  }

  private static List<Integer> codes(BatchOutcome outcome, int updates) {
    return codes(outcomes(outcome), updates);
  }

  private static List<String> write(Pipeline to, List<Update> updates) {
    return write(to, updates, update -> update);
  }

  private static List<String> write(Pipeline to, List<Update> updates, UnaryOperator<Update> as) {
    WriteRequest.Builder request = WriteRequest.newBuilder();
    updates.forEach(update -> request.addUpdates(as.apply(update)));
    BatchOutcome outcome = new BatchOutcome();
    try {
      to.writeEach(EncodedWrite.parse(request.build().toByteArray()), outcome);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return outcomes(outcome);
  }

  /** Codes and messages; empty if all succeeded. */
  private static List<String> outcomes(BatchOutcome outcome) {
    StatusRuntimeException failure = outcome.toException("Write");
    if (failure == null) {
      return List.of();
    }
    return StatusProto.fromThrowable(failure).getDetailsList().stream()
        .map(
            detail -> {
              try {
                var error = detail.unpack(Error.class);
                return error.getCanonicalCode() + " " + error.getMessage();
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  /** The same with a field that nobody knows: it is not plain. */
  private static Update odd(Update update) {
    return update.toBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build())
        .build();
  }

  /** Right and wrong ones, of few entries. */
  private static Update random(Random random) {
    TableEntry.Builder entry =
        TableEntry.newBuilder().setTableId(random.nextInt(20) == 0 ? 77 : TestProgram.MAC);
    for (int i = random.nextInt(20) == 0 ? random.nextInt(3) : 1; i > 0; i--) {
      entry.addMatch(exact(random.nextInt(20) == 0 ? 2 : 1, number(random, 6)));
    }
    if (random.nextInt(20) != 0) {
      Action.Builder action =
          Action.newBuilder()
              .setActionId(random.nextInt(10) == 0 ? TestProgram.DROP : TestProgram.FORWARD);
      int parameters = random.nextInt(20) == 0 ? random.nextInt(4) : 2;
      for (int i = 1; i <= parameters; i++) {
        action.addParams(
            Action.Param.newBuilder().setParamId(i).setValue(number(random, i == 1 ? 2 : 6)));
      }
      entry.setAction(TableAction.newBuilder().setAction(action));
    }
    return Update.newBuilder()
        .setTypeValue(random.nextInt(20) == 0 ? random.nextInt(6) : 1 + random.nextInt(3))
        .setEntity(Entity.newBuilder().setTableEntry(entry))
        .build();
  }

  private static ByteString number(Random random, int octets) {
    byte[] number = new byte[random.nextInt(20) == 0 ? random.nextInt(octets + 2) : octets];
    if (number.length > 0) {
      number[number.length - 1] = (byte) random.nextInt(8);
    }
    if (number.length > 1 && random.nextInt(8) == 0) {
      number[0] = (byte) random.nextInt(4);
    }
    return ByteString.copyFrom(number);
  }
}
