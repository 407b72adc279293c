package io.tern.quicserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.proto.v1.QuicServerConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServerConfigReaderTest {
  @Test
  void readsEveryFieldOfTheMessage() throws InvalidServerConfigException {
    ServerCid encrypted =
        new ServerCid(
            new QuicLbConfig(
                2, CidAlgorithm.FOUR_PASS, 3, 8, Optional.of(CidKey.parse(Messages.KEY_HEX)), true),
            ServerId.parse("31441a"));
    ServerCid clear =
        new ServerCid(
            new QuicLbConfig(0, CidAlgorithm.PLAINTEXT, 3, 8, Optional.empty(), false),
            ServerId.parse("c4605e"));

    assertThat(
            ServerConfigReader.read(
                Messages.config(
                    7, Messages.fourPass(2).setLengthSelfDescription(true), Messages.plaintext(0))))
        .isEqualTo(new ServerConfig(7, List.of(encrypted, clear), Optional.of(encrypted)));
    assertThat(Messages.read(8, Messages.singlePass(6)).cids())
        .singleElement()
        .satisfies(c -> assertThat(c.config().algorithm()).isEqualTo(CidAlgorithm.SINGLE_PASS));
  }

  @Test
  void poolWithoutCidConfigurationIsLegal() throws InvalidServerConfigException {
    assertThat(ServerConfigReader.read(Messages.config(3)))
        .isEqualTo(new ServerConfig(3, List.of(), Optional.empty()));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            "reserved codepoint",
            Messages.config(9, Messages.plaintext(7)),
            "revision 9: cid_configs[0]: codepoint is 7; it must be 0 to 6"),
        refusal(
            "codepoint beyond 2^31",
            Messages.config(9, Messages.plaintext(-1)),
            "cid_configs[0]: codepoint is 4294967295, far out of range"),
        refusal(
            "no algorithm",
            Messages.config(9, Messages.plaintext(0).clearAlgorithm()),
            "algorithm 0 is unknown"),
        refusal(
            "algorithm of a newer controller",
            Messages.config(9, Messages.plaintext(0).setAlgorithmValue(9)),
            "algorithm 9 is unknown"),
        refusal(
            "second configuration with short nonces",
            Messages.config(9, Messages.plaintext(0), Messages.plaintext(1).setNonceLength(3)),
            "cid_configs[1]: nonce length is 3; it must be 4 to 18 octets"),
        refusal(
            "sum beyond 19",
            Messages.config(9, Messages.plaintext(0).setNonceLength(17)),
            "the sum must be at most 19"),
        refusal(
            "encrypted without key",
            Messages.config(9, Messages.fourPass(0).clearKey()),
            "FOUR_PASS needs a 16-octet key"),
        refusal(
            "clear text with key",
            Messages.config(9, Messages.plaintext(0).setKey(Messages.octets(Messages.KEY_HEX))),
            "a clear-text configuration has no key"),
        refusal(
            "short key",
            Messages.config(9, Messages.fourPass(0).setKey(Messages.octets("8f95f0"))),
            "key has 3 octets; an AES-128 key has 16"),
        refusal(
            "no server ID",
            Messages.config(9, Messages.plaintext(0).clearServerId()),
            "server ID has 0 octets"),
        refusal(
            "server ID of another length",
            Messages.config(9, Messages.plaintext(0).setServerId(Messages.octets("c460"))),
            "server ID has 2 octets; the configuration has 3"),
        refusal(
            "two configurations with one codepoint",
            Messages.config(9, Messages.plaintext(4), Messages.fourPass(4)),
            "two CID configurations have codepoint 4"),
        refusal(
            "issue codepoint without configuration",
            Messages.config(9, Messages.plaintext(0)).toBuilder().setIssueCodepoint(1).build(),
            "issue_codepoint is 1; no entry of cid_configs has that codepoint"),
        refusal(
            "no issue codepoint",
            Messages.config(9, Messages.plaintext(0)).toBuilder().clearIssueCodepoint().build(),
            "none of the 1 CID configurations is the one to issue new CIDs with"),
        refusal(
            "negative revision", Messages.config(-1), "revision is -1; it must not be negative"));
  }

  private static Arguments refusal(String scenario, QuicServerConfig message, String rule) {
    return arguments(named(scenario, message), rule);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void illegalMessageIsRefusedWithFieldAndRule(QuicServerConfig message, String rule) {
    assertThatThrownBy(() -> ServerConfigReader.read(message))
        .isInstanceOf(InvalidServerConfigException.class)
        .hasMessageContaining(rule)
        .hasMessageNotContaining("8f95f0");
  }

  @Test
  void configurationToIssueMustBeAmongTheServersOwn() {
    ServerConfig one = Messages.read(1, Messages.plaintext(0));
    ServerConfig other = Messages.read(1, Messages.plaintext(1));

    assertThatThrownBy(() -> new ServerConfig(1, one.cids(), other.issue()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codepoint 1, is not among the server's CID configurations");
  }

  @Test
  void keyIsNotPrinted() {
    assertThat(Messages.read(1, Messages.fourPass(0)).toString())
        .contains("31441a")
        .doesNotContain(Messages.KEY_HEX)
        .doesNotContain("-113"); // the first octet of the key as Java prints it
  }
}
