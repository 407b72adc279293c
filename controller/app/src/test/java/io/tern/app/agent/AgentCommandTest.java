package io.tern.app.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.agent.plane.TunnelEnd;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class AgentCommandTest {

  private static String complaintOf(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine command =
        new CommandLine(new AgentCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    command.setErr(new PrintWriter(err));
    assertThat(command.execute(arguments)).isEqualTo(2);
    return err.toString();
  }

  @Test
  void asksForInterfaces() {
    assertThat(complaintOf()).contains("which interfaces? --interface NAME, or --port N=NAME");
  }

  @ParameterizedTest
  @CsvSource({"x", "1=", "255=eth0", "1=eth0/1", "1=a-name-of-16-octe"})
  void saysHowAPortIsWritten(String port) {
    assertThat(complaintOf("--port", port)).contains("--port '" + port + "'").contains("1=eth0");
  }

  @Test
  void aPortNumberIsThereOnce() {
    assertThat(complaintOf("--interface", "eth0", "--port", "1=eth1"))
        .contains("port 1 is there already");
  }

  @Test
  void anInterfaceIsOnePort() {
    assertThat(complaintOf("--port", "1=eth0", "--port", "2=eth0"))
        .contains("an interface is one port");
  }

  @Test
  void aKeyWantsItsCertificate() {
    assertThat(complaintOf("--interface", "eth0", "--tls-key", "key.pem"))
        .contains("--tls-cert and --tls-key belong together");
  }

  @Test
  void aTunnelThatIsWrittenWronglyIsExplainedWithItsOption() {
    assertThat(complaintOf("--interface", "eth0", "--tunnel-end", "gue:203.0.113.8,10.0.0.0/8"))
        .contains("--tunnel-end 'gue:203.0.113.8,10.0.0.0/8': GUE has a port")
        .contains("expected ipip:ADDRESS,NETWORK/BITS or gue:ADDRESS:PORT,NETWORK/BITS");
  }

  @Test
  void readsTunnels() throws UnknownHostException {
    assertThat(TunnelSpec.parse("ipip:192.0.2.7,10.0.0.0/8"))
        .isEqualTo(
            new TunnelEnd(
                InetAddress.getByName("192.0.2.7"), 0, InetAddress.getByName("10.0.0.0"), 8));
    assertThat(TunnelSpec.parse("gue:[2001:db8::7]:6080,2001:db8:1::/48"))
        .isEqualTo(
            new TunnelEnd(
                InetAddress.getByName("2001:db8::7"),
                6080,
                InetAddress.getByName("2001:db8:1::"),
                48));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "ipip:192.0.2.7; that is no tunnel",
        "gue:192.0.2.7,10.0.0.0/8; GUE has a port",
        "ipip:host,10.0.0.0/8; 'host' is no numeric address",
        "ipip:192.0.2.7,10.0.0.0/33; prefix length 33",
        "ipip:192.0.2.7,2001:db8::/32; a tunnel's two ends are of one family"
      })
  void saysWhatIsWrongWithATunnel(String text, String why) {
    assertThatThrownBy(() -> TunnelSpec.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text)
        .hasMessageContaining(why);
  }
}
