package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.ProgramReader;
import io.tern.p4.contract.TernPipeline;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Frames of chance, and good frames with chance damage, through the load balancer: nothing is
 * thrown, and each packet is accounted for.
 *
 * <p>{@code -Dtern.random.frames=10000000} runs as many as a release must survive.
 */
class RandomFramesTest {
  private static final int FRAMES = Integer.getInteger("tern.random.frames", 200_000);

  @Test
  void everyFrameIsForwardedOrDroppedAndCountedOnce() {
    DataPlane dataPlane = new InterpretedDataPlane(ProgramReader.read(TernPipeline.bmv2Json()));
    LoadBalancer.configure(dataPlane);
    List<byte[]> good = LoadBalancer.frames();
    SplittableRandom random = new SplittableRandom(20261121);
    byte[] frame = new byte[2048];
    long[] sent = new long[1];
    DataPlane.PacketOut out =
        (port, packet, offset, length) -> {
          if (port < 0 || port > 510 || length < 0 || length > packet.length - offset) {
            throw new AssertionError("port " + port + ", " + length + " octets");
          }
          sent[0]++;
        };

    for (int i = 0; i < FRAMES; i++) {
      int length = fill(frame, good, random);
      dataPlane.process(random.nextInt(511), frame, 0, length, out);
    }

    long counted = 0;
    for (int reason = 0; reason < LoadBalancer.REASONS; reason++) {
      counted += dataPlane.counter(LoadBalancer.REASON, reason).packets();
    }
    assertThat(counted).isEqualTo(FRAMES);
    assertThat(sent[0]).isPositive();
  }

  private static int fill(byte[] frame, List<byte[]> good, SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      int length = random.nextInt(random.nextInt(10) == 0 ? frame.length : 120);
      for (int i = 0; i < length; i++) {
        frame[i] = (byte) random.nextInt();
      }
      return length;
    }
    byte[] from = good.get(random.nextInt(good.size()));
    System.arraycopy(from, 0, frame, 0, from.length);
    for (int damage = random.nextInt(4); damage > 0; damage--) {
      frame[random.nextInt(from.length)] = (byte) random.nextInt();
    }
    return random.nextInt(3) == 0 ? random.nextInt(from.length + 1) : from.length;
  }
}
