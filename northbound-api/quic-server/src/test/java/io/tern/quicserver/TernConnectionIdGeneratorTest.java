package io.tern.quicserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.Nonce;
import io.tern.cid.NonceSource;
import io.tern.cid.NoncesExhaustedException;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbDecoder;
import io.tern.cid.ServerId;
import io.tern.proto.v1.ServerCidConfig;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TernConnectionIdGeneratorTest {
  static Stream<ServerCidConfig.Builder> everyAlgorithm() {
    return Stream.of(Messages.plaintext(0), Messages.singlePass(3), Messages.fourPass(6));
  }

  @ParameterizedTest
  @MethodSource("everyAlgorithm")
  void cidsNameTheServerAndDiffer(ServerCidConfig.Builder cid) {
    ServerConfig config = Messages.read(1, cid);
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(config);
    Set<ConnectionId> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      ConnectionId issued = next(generator);
      assertThat(issued.length()).isEqualTo(generator.localConnectionIdLength());
      assertThat(serverId(config, issued)).isEqualTo(config.issue().orElseThrow().serverId());
      assertThat(seen.add(issued)).isTrue();
    }
  }

  @Test
  void lengthComesFromTheConfigurationToIssue() {
    assertThat(
            TernConnectionIdGenerator.localConnectionIdLength(
                Messages.read(1, Messages.plaintext(0), Messages.singlePass(1))))
        .isEqualTo(12);
    assertThat(TernConnectionIdGenerator.localConnectionIdLength(Messages.read(1))).isEqualTo(20);
  }

  @Test
  void withoutConfigurationCidsAreUnroutableRandomAndDescribeTheirLength() {
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(Messages.read(1));
    Set<ConnectionId> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      ConnectionId issued = next(generator);
      assertThat(issued.length()).isEqualTo(20);
      assertThat(issued.octet(0)).isEqualTo(0b111_10011);
      assertThat(seen.add(issued)).isTrue();
    }
  }

  @Test
  void newConfigurationIsTheOnlyOneToIssueFromThenOn() {
    ServerConfig old = Messages.read(1, Messages.plaintext(0));
    ServerConfig rotated = Messages.read(2, Messages.fourPass(1), Messages.plaintext(0));
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(old);
    assertThat(serverId(old, next(generator))).isEqualTo(ServerId.parse("c4605e"));

    generator.onConfig(rotated);

    for (int i = 0; i < 50; i++) {
      ConnectionId issued = next(generator);
      assertThat(QuicLbCodec.codepoint(issued.octet(0))).isEqualTo(1);
      assertThat(serverId(rotated, issued)).isEqualTo(ServerId.parse("31441a"));
    }
    assertThat(generator.adopted()).isEqualTo(rotated);
  }

  @Test
  void configurationOfAnotherLengthIsNotAdopted() {
    ServerConfig old = Messages.read(1, Messages.plaintext(0));
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(old);

    assertThatThrownBy(() -> generator.adopt(Messages.read(2, Messages.singlePass(1))))
        .isInstanceOf(CidLengthMismatchException.class)
        .hasMessage(
            "revision 2 issues CIDs of 17 octets (1 + server ID 3 + nonce 13, codepoint 1), but this"
                + " server was built with a local connection ID length of 12: it keeps the"
                + " configuration that it has; start it again to adopt the new one");
    assertThat(generator.adopted()).isEqualTo(old);
    assertThat(serverId(old, next(generator))).isEqualTo(ServerId.parse("c4605e"));
  }

  @Test
  void retiringConfigurationOfAnotherLengthHindersNothing() {
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(Messages.read(1, Messages.plaintext(0)));

    generator.adopt(Messages.read(2, Messages.fourPass(1), Messages.singlePass(0)));

    assertThat(generator.adopted().revision()).isEqualTo(2);
  }

  @Test
  void configurationThatGoesAndComesBackChangesToUnroutableAndBack() {
    ServerConfig config = Messages.read(1, Messages.plaintext(0));
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(config);

    generator.adopt(Messages.read(2));
    assertThat(next(generator).octet(0)).isEqualTo(0b111_01011);

    generator.adopt(Messages.read(3, Messages.plaintext(0)));
    assertThat(serverId(config, next(generator))).isEqualTo(ServerId.parse("c4605e"));
  }

  @Test
  void keyThatComesBackContinuesItsNonces() {
    ServerConfig first = Messages.read(1, Messages.fourPass(0));
    ServerConfig sameKeyElsewhere = Messages.read(3, Messages.fourPass(5));
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(first);
    long start = nonce(first, next(generator));

    generator.adopt(Messages.read(2, Messages.plaintext(1)));
    next(generator);
    generator.adopt(sameKeyElsewhere);

    assertThat(nonce(sameKeyElsewhere, next(generator))).isEqualTo(start + 1);
    generator.adopt(Messages.read(4, Messages.fourPass(0)));
    assertThat(nonce(first, next(generator))).isEqualTo(start + 2);
  }

  @Test
  void exhaustedNoncesMakeUnroutableCidsInsteadOfRepeatedOnes() {
    ServerConfig config = Messages.read(1, Messages.fourPass(0));
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(config, new SecureRandom(), layout -> new TwoNonces());

    assertThat(serverId(config, next(generator))).isEqualTo(ServerId.parse("31441a"));
    assertThat(serverId(config, next(generator))).isEqualTo(ServerId.parse("31441a"));
    ConnectionId third = next(generator);
    ConnectionId fourth = next(generator);

    assertThat(QuicLbCodec.codepoint(third.octet(0))).isEqualTo(7);
    assertThat(QuicLbCodec.codepoint(fourth.octet(0))).isEqualTo(7);
    assertThat(third).isNotEqualTo(fourth);
  }

  @Test
  void codecOfAnotherLengthIsToldSo() {
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(Messages.read(1, Messages.plaintext(0)));

    assertThatThrownBy(() -> generator.newId(20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("build the codec with localConnectionIdLength(12)");
  }

  @Test
  void sameInputGetsAnotherCid() {
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(Messages.read(1, Messages.plaintext(0)));
    ByteBuffer input = ByteBuffer.wrap(new byte[8]);

    assertThat(generator.isIdempotent()).isFalse();
    assertThat(generator.maxConnectionIdLength()).isEqualTo(20);
    assertThat(generator.newId(input, 12)).isNotEqualTo(generator.newId(input, 12));
    assertThat(generator.newId(input, input, 12)).isNotEqualTo(generator.newId(input, input, 12));
    assertThat(input.remaining()).isEqualTo(8);
  }

  private static ConnectionId next(TernConnectionIdGenerator generator) {
    ByteBuffer issued = generator.newId(generator.localConnectionIdLength());
    byte[] octets = new byte[issued.remaining()];
    issued.get(octets);
    return ConnectionId.of(octets);
  }

  private static Decoded.Routable decode(ServerConfig config, ConnectionId cid) {
    QuicLbDecoder decoder =
        new QuicLbDecoder(config.cids().stream().map(ServerCid::config).toList());
    return (Decoded.Routable) decoder.decode(cid);
  }

  private static ServerId serverId(ServerConfig config, ConnectionId cid) {
    return decode(config, cid).serverId();
  }

  private static long nonce(ServerConfig config, ConnectionId cid) {
    return Long.parseUnsignedLong(decode(config, cid).nonce().toString(), 16);
  }

  private static final class TwoNonces implements NonceSource {
    private int issued;

    @Override
    public Nonce next() {
      if (issued == 2) {
        throw new NoncesExhaustedException(8);
      }
      return Nonce.of(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) issued++});
    }

    @Override
    public long remaining() {
      return 2L - issued;
    }
  }
}
