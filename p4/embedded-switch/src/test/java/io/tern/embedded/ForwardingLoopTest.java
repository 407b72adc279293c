package io.tern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.embedded.engine.DataPlane.PacketOut;
import io.tern.embedded.port.MemoryPort;
import io.tern.embedded.port.PacketPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForwardingLoopTest {
  private static final int CPU = 255;

  private final List<byte[]> cpuFrames = new ArrayList<>();
  private final MemoryPort one = new MemoryPort(100_000);
  private final MemoryPort two = new MemoryPort(100_000);
  private ForwardingLoop loop;

  /** Starts a loop whose pipeline is the given one, with ports 1 and 2. */
  private void start(ForwardingLoop.Processor pipeline) throws IOException {
    loop =
        new ForwardingLoop(
            pipeline,
            CPU,
            (frame, offset, length) ->
                cpuFrames.add(Arrays.copyOfRange(frame, offset, offset + length)),
            "loop under test");
    loop.attach(1, one);
    loop.attach(2, two);
    loop.start();
  }

  /** Sends each frame to the port that its first octet names. */
  private static void byFirstOctet(
      int ingressPort, byte[] frame, int offset, int length, PacketOut out) {
    out.emit(frame[offset] & 0xff, frame, offset, length);
  }

  @AfterEach
  void close() {
    if (loop != null) {
      loop.close();
    }
  }

  @Test
  void framesOfAPortKeepTheirOrder() throws Exception {
    start(ForwardingLoopTest::byFirstOctet);

    for (int i = 0; i < 5000; i++) {
      assertThat(one.inject(new byte[] {2, (byte) (i >> 8), (byte) i})).isTrue();
    }
    loop.awaitForwarded();

    for (int i = 0; i < 5000; i++) {
      assertThat(two.poll(Duration.ZERO)).containsExactly(2, (byte) (i >> 8), (byte) i);
    }
    assertThat(loop.statistics().get(1).receivedFrames()).isEqualTo(5000);
    assertThat(loop.statistics().get(2)).isEqualTo(new PortStatistics(0, 0, 5000, 15_000, 0));
  }

  @Test
  void fullQueueDropsAndCountsAndNobodyWaits() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    start(
        (ingressPort, frame, offset, length, out) -> {
          try {
            hold.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          out.emit(2, frame, offset, length);
        });

    int taken = 0;
    while (one.inject(new byte[] {1})) {
      taken++;
    }
    assertThat(loop.injectFromCpu(new byte[] {1})).isFalse();
    hold.countDown();
    loop.awaitForwarded();

    // The thread itself may hold a burst beyond what waits in the queue.
    assertThat(taken).isBetween(ForwardingLoop.QUEUE_CAPACITY, 2 * ForwardingLoop.QUEUE_CAPACITY);
    assertThat(loop.statistics().get(1).droppedFrames()).isEqualTo(1);
    assertThat(loop.statistics().get(2).transmittedFrames()).isEqualTo(taken);
  }

  @Test
  void faultCostsThePacketThatMetItOnly() throws Exception {
    start(
        (ingressPort, frame, offset, length, out) -> {
          if (frame[0] == 9) {
            throw new IllegalStateException("fault on purpose");
          }
          byFirstOctet(ingressPort, frame, offset, length, out);
        });

    one.inject(new byte[] {9});
    one.inject(new byte[] {2});
    loop.awaitForwarded();

    assertThat(loop.faults()).isEqualTo(1);
    assertThat(two.poll(Duration.ZERO)).containsExactly(2);
  }

  @Test
  void cpuPortAndMissingPortsAreNoPorts() throws Exception {
    start(ForwardingLoopTest::byFirstOctet);

    one.inject(new byte[] {(byte) CPU, 7});
    one.inject(new byte[] {77});
    assertThat(loop.injectFromCpu(new byte[] {2, 8})).isTrue();
    loop.awaitForwarded();

    assertThat(cpuFrames).singleElement().isEqualTo(new byte[] {(byte) CPU, 7});
    assertThat(loop.withoutPort()).isEqualTo(1);
    assertThat(two.poll(Duration.ZERO)).containsExactly(2, 8);
  }

  @Test
  void portNumbersAreCheckedAndPortsThatDoNotOpenAreNotAdded() throws Exception {
    start(ForwardingLoopTest::byFirstOctet);

    assertThatThrownBy(() -> loop.attach(1, new MemoryPort())).hasMessageContaining("already");
    assertThatThrownBy(() -> loop.attach(CPU, new MemoryPort())).hasMessageContaining("CPU port");
    assertThatThrownBy(() -> loop.attach(511, new MemoryPort()))
        .hasMessage("port 511: expected 0 to 510");
    PacketPort broken =
        new PacketPort() {
          @Override
          public void start(Ingress ingress) throws IOException {
            throw new IOException("no such wire");
          }

          @Override
          public void transmit(byte[] frame, int offset, int length) {}

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> loop.attach(3, broken)).hasMessage("no such wire");
    loop.attach(3, new MemoryPort());

    assertThat(loop.statistics()).containsOnlyKeys(1, 2, 3);
  }

  @Test
  void closedLoopTakesNothingAndSaysSo() throws Exception {
    start(ForwardingLoopTest::byFirstOctet);

    loop.close();
    loop.close();

    assertThat(loop.injectFromCpu(new byte[] {2})).isFalse();
    assertThatThrownBy(() -> loop.awaitForwarded()).hasMessage("the switch is closed");
    assertThatThrownBy(() -> loop.attach(3, new MemoryPort())).hasMessage("the switch is closed");
    assertThatThrownBy(() -> one.inject(new byte[] {2})).isInstanceOf(IllegalStateException.class);
  }
}
