package io.tern.app.agent;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Forwarding;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.harness.Conformance;
import io.tern.p4.conformance.harness.PacketTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/**
 * A real server as a process: {@code tern agent} with the process's arguments, a controller that
 * programs it, and a UDP server at the VIP that says what reaches it.
 */
final class TunnelEndHost {
  static final String VIP = "192.0.2.10";
  static final int PORT = 443;
  static final Octets SID = Octets.hex("c0ffee01");

  private static final Pattern READY = Pattern.compile("P4Runtime 127\\.0\\.0\\.1:(\\d+)");
  private static final int LARGEST = 2048;

  private TunnelEndHost() {}

  public static void main(String[] arguments) throws Exception {
    long deviceId = Long.parseLong(arguments[arguments.length - 1]);
    StringWriter out = new StringWriter();
    CompletableFuture<Integer> agent =
        CompletableFuture.supplyAsync(
            () ->
                new CommandLine(new AgentCommand())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setOut(new PrintWriter(out, true))
                    .execute(arguments));
    Matcher ready = READY.matcher("");
    Awaitility.await().until(() -> agent.isDone() || ready.reset(out.toString()).find());
    if (agent.isDone()) {
      System.exit(agent.get());
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(ready.group(1)))
            .usePlaintext()
            .build();
    Conformance controller = new Conformance(new Target(channel, deviceId));
    controller.write(
        DeviceState.EMPTY
            .backend(101, 1, new Forwarding.Local())
            .serverId(1, SID, 101)
            .cidConfig(7, 0, 1, SID.length(), 9)
            .steerOnlyVip(VIP, PORT, 7));
    Thread parent = new Thread(TunnelEndHost::endWithParent, "parent");
    parent.setDaemon(true);
    parent.start();
    try (DatagramSocket socket = new DatagramSocket(PORT, InetAddress.getByName(VIP))) {
      System.out.println("ready");
      DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
      while (true) {
        socket.receive(packet);
        byte[] payload = Arrays.copyOf(packet.getData(), packet.getLength());
        System.out.println(
            packet.getAddress().getHostAddress() + " " + HexFormat.of().formatHex(payload));
        System.out.flush();
      }
    }
  }

  /** The test never writes: its end of the pipe closes when it goes, however it goes. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing that would matter.
      }
    } catch (IOException e) {
      System.err.println("The test is gone: " + e.getMessage());
    }
    Runtime.getRuntime().halt(1);
  }

  /** The agent as the controller sees it. */
  private record Target(ManagedChannel p4Runtime, long deviceId) implements PacketTarget {
    @Override
    public boolean hasL2() {
      return false;
    }

    @Override
    public Wire connect() {
      throw new IllegalStateException("frames go by interfaces of the test");
    }

    @Override
    public void close() {}
  }
}
