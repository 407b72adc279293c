package io.tern.agent;

import io.tern.agent.pin.Links.AttachMode;
import io.tern.agent.pin.ProgramObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * An agent as a process that can be killed. Arguments: device ID, address, program ({@code -} for
 * Tern's), pin directory, run directory, then interfaces, the first being port 1.
 */
final class AgentMain {
  private static final int INTERFACES = 5;

  private AgentMain() {}

  public static void main(String[] arguments) throws Exception {
    Map<Integer, String> ports = new TreeMap<>();
    for (int i = INTERFACES; i < arguments.length; i++) {
      ports.put(ports.size() + 1, arguments[i]);
    }
    ProgramObject program =
        arguments[2].equals("-")
            ? ProgramObject.ofTern()
            : ProgramObject.of(Files.readAllBytes(Path.of(arguments[2])));
    XdpAgent agent =
        XdpAgent.start(
            new AgentOptions(
                Long.parseLong(arguments[0]),
                ports,
                AttachMode.AUTO,
                Path.of(arguments[3]),
                Path.of(arguments[4]),
                new InetSocketAddress(arguments[1], 0),
                null,
                List.of(),
                program,
                true));
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
    Thread parent = new Thread(AgentMain::endWithParent, "parent");
    parent.setDaemon(true);
    parent.start();
    ended.await();
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
}
