package io.tern.embedded.p4runtime;

import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** A device behind an in-process server, with the data planes that it has loaded. */
final class RunningDevice implements AutoCloseable {
  final List<FakeDataPlane> loaded = new ArrayList<>();
  final BlockingQueue<byte[]> packetOuts = new LinkedBlockingQueue<>();
  final P4RuntimeDevice device;
  volatile boolean cpuQueueFull;
  private final String name = UUID.randomUUID().toString();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final Server server;
  private final List<TestController> controllers = new ArrayList<>();

  RunningDevice() {
    this(FakeDataPlane::new);
  }

  RunningDevice(Supplier<FakeDataPlane> dataPlanes) {
    device =
        new P4RuntimeDevice(
            TestController.DEVICE,
            json -> {
              loaded.add(dataPlanes.get());
              return loaded.get(loaded.size() - 1);
            },
            frame -> !cpuQueueFull && packetOuts.add(frame));
    try {
      server =
          InProcessServerBuilder.forName(name)
              .executor(executor)
              .addService(new P4RuntimeService(device, executor))
              .build()
              .start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  TestController controller() {
    TestController controller = new TestController(name);
    controllers.add(controller);
    return controller;
  }

  /** The data plane that was loaded last. */
  FakeDataPlane dataPlane() {
    return loaded.get(loaded.size() - 1);
  }

  @Override
  public void close() {
    controllers.forEach(TestController::close);
    server.shutdownNow();
    executor.shutdownNow();
  }
}
