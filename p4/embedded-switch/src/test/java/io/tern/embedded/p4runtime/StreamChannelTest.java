package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;
import static io.tern.embedded.p4runtime.Updates.insert;
import static io.tern.embedded.p4runtime.Updates.mac;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tern.proto.p4.v1.DigestListAck;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.PacketOut;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.StreamError;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream, sections 5 and 16, over gRPC. */
class StreamChannelTest {
  private final RunningDevice running = new RunningDevice();
  private final TestController controller = running.controller();

  @AfterEach
  void close() {
    running.close();
  }

  @Test
  void primaryAndBackupsHearWhoTheyAre() {
    TestController.Stream first = controller.stream().claim(5);
    assertThat(first.nextArbitration()).isEqualTo("OK 5");
    TestController.Stream backup = controller.stream().claim(4);
    assertThat(backup.nextArbitration()).isEqualTo("ALREADY_EXISTS 5");

    TestController.Stream second = controller.stream().claim(6);

    assertThat(second.nextArbitration()).isEqualTo("OK 6");
    assertThat(first.nextArbitration()).isEqualTo("ALREADY_EXISTS 6");
    assertThat(backup.nextArbitration()).isEqualTo("ALREADY_EXISTS 6");

    second.cut();

    assertThat(first.nextArbitration()).isEqualTo("NOT_FOUND 6");
    assertThat(backup.nextArbitration()).isEqualTo("NOT_FOUND 6");
  }

  @Test
  void primaryThatClosesItsStreamIsPrimaryNoLonger() {
    TestController.Stream primary = controller.primary(5);
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());

    primary.close();

    assertThat(primary.end().isOk()).isTrue();
    Throwable late = catchThrowable(() -> controller.write(5, insert(mac(1))));
    assertThat(TestController.code(late)).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void violationEndsTheStreamAndFreesItsPlace() {
    controller.primary(5);

    TestController.Stream duplicate = controller.stream().claim(5);

    assertThat(duplicate.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    TestController.Stream elsewhere =
        controller.stream().claim(TestController.claim("", 7).setDeviceId(99));
    assertThat(elsewhere.end().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(elsewhere.end().getDescription())
        .isEqualTo("device 99 is not here, this is device 1");
  }

  @Test
  void raceOfManyControllersLeavesTheHighestIdAsTheOnlyWriter() throws Exception {
    int controllers = 40;
    controller.primary(1);
    controller.setPipeline(1, Action.VERIFY_AND_COMMIT, TestProgram.config());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<TestController.Stream>> opening = new ArrayList<>();
    for (int i = 0; i < controllers; i++) {
      long id = 2L + i;
      opening.add(
          threads.submit(
              () -> {
                start.await();
                TestController.Stream stream = controller.stream().claim(id);
                stream.nextArbitration();
                return stream;
              }));
    }
    start.countDown();
    for (Future<TestController.Stream> stream : opening) {
      stream.get(20, TimeUnit.SECONDS);
    }
    threads.shutdown();

    List<Long> writers = new ArrayList<>();
    for (long id = 1; id < 2L + controllers; id++) {
      long writer = id;
      if (catchThrowable(() -> controller.write(writer)) == null) {
        writers.add(id);
      }
    }
    assertThat(writers).containsExactly(1L + controllers);
  }

  @Test
  void everyWriteOfARaceIsTheCurrentPrimarysWholly() throws Exception {
    controller.primary(1);
    controller.setPipeline(1, Action.VERIFY_AND_COMMIT, TestProgram.config());
    ExecutorService threads = Executors.newFixedThreadPool(2);
    // The old primary writes until it is fenced, while the new one takes over.
    Future<Integer> old =
        threads.submit(
            () -> {
              int written = 0;
              while (catchThrowable(
                      () -> controller.write(1, insert(mac(1)), Updates.delete(mac(1))))
                  == null) {
                written++;
              }
              return written;
            });
    Future<Throwable> successor =
        threads.submit(
            () -> {
              controller.primary(2);
              return catchThrowable(() -> controller.write(2, insert(mac(2))));
            });

    assertThat(successor.get(20, TimeUnit.SECONDS)).isNull();
    assertThat(old.get(20, TimeUnit.SECONDS)).isNotNegative();
    threads.shutdown();
    assertThat(running.dataPlane().entries).hasSize(1);
    assertThat(TestController.code(catchThrowable(() -> controller.write(1))))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  private static PacketMetadata metadata(int id, int... octets) {
    return PacketMetadata.newBuilder().setMetadataId(id).setValue(bytes(octets)).build();
  }

  private static StreamMessageRequest packetOut(PacketMetadata... metadata) {
    return StreamMessageRequest.newBuilder()
        .setPacket(
            PacketOut.newBuilder().setPayload(bytes(0xca, 0xfe)).addAllMetadata(List.of(metadata)))
        .build();
  }

  @Test
  void packetOutBecomesAFrameWithTheProgramsHeader() throws Exception {
    TestController.Stream primary = controller.primary(5);
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());

    // egress_port 0x101 (9 bits), queue 0x03 (7 bits): 1000 0000 1000 0011
    primary.send(packetOut(metadata(2, 0x03), metadata(1, 0x01, 0x01)));

    assertThat(running.packetOuts.poll(10, TimeUnit.SECONDS))
        .containsExactly(0x80, 0x83, 0xca, 0xfe);
    // The frame is there before it has been counted.
    await().untilAsserted(() -> assertThat(running.device.statistics().packetOuts()).isEqualTo(1));
  }

  @Test
  void wrongPacketOutIsAnsweredWithAStreamErrorAndTheStreamLives() {
    TestController.Stream primary = controller.primary(5);
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());

    assertThat(error(primary, packetOut(metadata(1, 1), metadata(7, 1))))
        .isEqualTo("INVALID_ARGUMENT: packet_out has no metadata with id 7");
    assertThat(error(primary, packetOut(metadata(1, 1))))
        .isEqualTo("INVALID_ARGUMENT: packet_out metadata 'queue' (id 2, bit<7>) is missing");
    assertThat(error(primary, packetOut(metadata(1, 2, 0), metadata(2, 1))))
        .contains("the value needs 10 bits, the field is bit<9>");
    running.cpuQueueFull = true;
    assertThat(error(primary, packetOut(metadata(1, 1), metadata(2, 1))))
        .startsWith("RESOURCE_EXHAUSTED");
    assertThat(running.packetOuts).isEmpty();
    assertThat(running.device.statistics().packetOutsRefused()).isEqualTo(4);
  }

  @Test
  void onlyThePrimarySendsPackets() {
    controller.primary(5);
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());
    TestController.Stream backup = controller.stream().claim(4);
    backup.nextArbitration();

    assertThat(error(backup, packetOut(metadata(1, 1), metadata(2, 1))))
        .isEqualTo("PERMISSION_DENIED: only the primary sends packets");
    assertThat(error(controller.stream(), packetOut())).startsWith("PERMISSION_DENIED");
  }

  @Test
  void messagesThatTheSwitchDoesNotKnowAreAnswered() {
    TestController.Stream primary = controller.primary(5);

    assertThat(
            error(
                primary,
                StreamMessageRequest.newBuilder()
                    .setDigestAck(DigestListAck.newBuilder().setDigestId(3))
                    .build()))
        .startsWith("INVALID_ARGUMENT: digest 3");
    assertThat(
            error(
                primary,
                StreamMessageRequest.newBuilder()
                    .setOther(Any.newBuilder().setTypeUrl("x/y"))
                    .build()))
        .startsWith("UNIMPLEMENTED");
    assertThat(error(primary, StreamMessageRequest.getDefaultInstance()))
        .startsWith("INVALID_ARGUMENT");
  }

  private static String error(TestController.Stream stream, StreamMessageRequest message) {
    StreamError error = stream.send(message).next().getError();
    if (message.hasPacket()) {
      assertThat(error.getPacketOut().getPacketOut()).isEqualTo(message.getPacket());
    }
    return Status.fromCodeValue(error.getCanonicalCode()).getCode() + ": " + error.getMessage();
  }

  @Test
  void frameOnTheCpuPortReachesThePrimaryWithItsMetadata() {
    TestController.Stream primary = controller.primary(5);
    TestController.Stream backup = controller.stream().claim(4);
    backup.nextArbitration();
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());

    byte[] frame = {(byte) 0x80, (byte) 0x83, 0x11, 0x22, 0x33};
    running.device.packetIn(frame, 0, frame.length);

    assertThat(primary.next().getPacket())
        .isEqualTo(
            PacketIn.newBuilder()
                .setPayload(ByteString.copyFrom(frame, 2, 3))
                .addMetadata(metadata(1, 0x01, 0x01))
                .addMetadata(metadata(2, 0x03))
                .build());
    assertThat(backup.waiting()).isEmpty();
  }

  @Test
  void packetsWithoutAPrimaryAreDroppedAndCounted() {
    TestController.Stream primary = controller.primary(5);
    controller.setPipeline(5, Action.VERIFY_AND_COMMIT, TestProgram.config());
    running.device.packetIn(new byte[1], 0, 1);
    primary.close();
    primary.end();

    running.device.packetIn(new byte[60], 0, 60);

    assertThat(running.device.statistics().packetInsDropped()).isEqualTo(2);
  }

  @Test
  void slowControllerLosesPacketsButNoNotificationAndNobodyWaitsForIt() {
    controller.primary(1);
    controller.setPipeline(1, Action.VERIFY_AND_COMMIT, TestProgram.config());
    TestController.Stream slow = controller.slowStream().claim(2);
    slow.request(1);
    assertThat(slow.nextArbitration()).isEqualTo("OK 2");

    int flood = 10 * StreamSession.CAPACITY;
    for (int i = 0; i < flood; i++) {
      running.device.packetIn(new byte[1000], 0, 1000);
    }
    TestController.Stream successor = controller.stream().claim(3);
    assertThat(successor.nextArbitration()).isEqualTo("OK 3");

    DeviceStatistics statistics = running.device.statistics();
    assertThat(statistics.packetInsDropped()).isPositive();
    assertThat(statistics.packetIns() + statistics.packetInsDropped()).isEqualTo(flood);
    slow.request(Integer.MAX_VALUE);
    int packets = 0;
    StreamMessageResponse message = slow.next();
    while (message.hasPacket()) {
      packets++;
      message = slow.next();
    }
    assertThat(packets).isEqualTo((int) statistics.packetIns());
    assertThat(message.getArbitration().getElectionId().getLow()).isEqualTo(3);
  }

  @Test
  void shutdownEndsStreamsWithUnavailable() {
    TestController.Stream primary = controller.primary(5);

    running.device.disconnectAll();

    assertThat(primary.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }
}
