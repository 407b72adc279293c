package io.tern.p4.conformance.harness;

import io.tern.p4.conformance.fixture.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes frames that nobody would write down, from frames that somebody did. */
final class FrameMutator {
  private static final int ETHERNET = 14;
  private static final int MOST = 1600;

  private final Random random;
  private final List<Octets> corpus;

  FrameMutator(Random random, List<Octets> corpus) {
    this.random = random;
    this.corpus = List.copyOf(corpus);
  }

  /** The next frame, at least one octet. */
  Octets next() {
    byte[] frame = corpus.get(random.nextInt(corpus.size())).toByteArray();
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      frame = changed(frame);
    }
    return Octets.of(frame);
  }

  private byte[] changed(byte[] frame) {
    switch (random.nextInt(6)) {
      case 0 -> frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> frame[anywhereBehindMacs(frame)] = (byte) random.nextInt(256);
      case 2 -> frame[anywhereBehindMacs(frame)] += (byte) (random.nextBoolean() ? 1 : -1);
      case 3 -> {
        return Arrays.copyOf(frame, 1 + random.nextInt(frame.length));
      }
      case 4 -> {
        int length = frame.length;
        byte[] longer = Arrays.copyOf(frame, Math.min(MOST, length + 1 + random.nextInt(40)));
        for (int i = length; i < longer.length; i++) {
          longer[i] = (byte) random.nextInt(256);
        }
        return longer.length > length ? longer : frame;
      }
      default -> {
        byte[] other = corpus.get(random.nextInt(corpus.size())).toByteArray();
        int cut = Math.min(ETHERNET + random.nextInt(60), Math.min(frame.length, other.length));
        System.arraycopy(other, 0, frame, 0, cut);
      }
    }
    return frame;
  }

  private int anywhereBehindMacs(byte[] frame) {
    int from = Math.min(12, frame.length - 1);
    return from + random.nextInt(frame.length - from);
  }
}
