package io.tern.benchmark.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class KernelTextTest {
  private static final String SNMP =
      """
      Ip: Forwarding DefaultTTL InReceives InHdrErrors
      Ip: 2 64 65536 7
      Icmp: InMsgs InErrors
      Icmp: 3 4
      Udp: InDatagrams NoPorts
      Udp: 5 6
      """;

  @Test
  void counterIsTheFigureUnderItsName() throws IOException {
    assertThat(KernelText.counter(SNMP, "Ip", "InReceives")).isEqualTo(65_536);
    assertThat(KernelText.counter(SNMP, "Udp", "NoPorts")).isEqualTo(6);
  }

  @Test
  void counterThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> KernelText.counter(SNMP, "Ip", "InErrors"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Ip InErrors");
    assertThatThrownBy(() -> KernelText.counter("", "Ip", "InReceives"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void linesOfUnequalLengthAreNoCounter() {
    assertThatThrownBy(
            () -> KernelText.counter("Ip: Forwarding InReceives\nIp: 2\n", "Ip", "InReceives"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void interfaceIndexComesFirst() throws IOException {
    String text = "12: tb7b@if13: <BROADCAST,MULTICAST,UP> mtu 1500 xdp qdisc noqueue state UP\n";
    assertThat(KernelText.interfaceIndex(text)).isEqualTo(12);
  }

  @Test
  void aWarningInFrontOfItIsNoInterface() throws IOException {
    String text = "Error: Peer netns reference is invalid.\n2: tb1b@if3: <BROADCAST,UP> mtu 1500\n";
    assertThat(KernelText.interfaceIndex(text)).isEqualTo(2);
  }

  @Test
  void anErrorIsNoInterface() {
    assertThatThrownBy(() -> KernelText.interfaceIndex("Device \"tb7b\" does not exist.\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> KernelText.interfaceIndex("")).isInstanceOf(IOException.class);
  }
}
