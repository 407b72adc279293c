package io.tern.agent.survival;

import io.tern.agent.AgentOptions;
import io.tern.agent.XdpAgent;
import io.tern.agent.pin.Links.AttachMode;
import io.tern.agent.pin.ProgramObject;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** An agent as a process that can be killed. Arguments: device ID, address, interfaces, program. */
final class AgentMain {
  private AgentMain() {}

  public static void main(String[] arguments) throws Exception {
    XdpAgent agent =
        XdpAgent.start(
            options(
                Long.parseLong(arguments[0]),
                arguments[1],
                Map.of(1, arguments[2], 2, arguments[3]),
                ProgramObject.of(Files.readAllBytes(Path.of(arguments[4])))));
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  agent.close();
                  ended.countDown();
                }));
    System.out.println(
        "ready " + agent.grpcAddress().getPort() + " adopted " + agent.status().adopted());
    System.out.flush();
    ended.await();
  }

  static AgentOptions options(
      long deviceId, String address, Map<Integer, String> ports, ProgramObject program) {
    return new AgentOptions(
        deviceId,
        ports,
        AttachMode.AUTO,
        Path.of("/sys/fs/bpf/tern-tests"),
        Path.of(System.getProperty("java.io.tmpdir"), "tern-agent-tests"),
        new InetSocketAddress(address, 0),
        null,
        List.of(),
        program,
        true);
  }
}
