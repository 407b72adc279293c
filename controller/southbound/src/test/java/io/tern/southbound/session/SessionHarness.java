package io.tern.southbound.session;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tern.southbound.metrics.SouthboundMetrics;
import io.tern.southbound.testing.FakeTimer;
import io.tern.southbound.testing.ScriptedDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A session with a scripted device, in a time that stands still. */
final class SessionHarness implements P4RuntimeSession.Listener {
  static final long ELECTION_ID = 5;

  final FakeTimer timer = new FakeTimer();
  final ScriptedDevice device = new ScriptedDevice(timer);
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<String> events = new ArrayList<>();
  final List<Duration> delays = new ArrayList<>();
  final List<OptionalLong> cookies = new ArrayList<>();
  final List<Throwable> defects = new ArrayList<>();
  final DeviceContext context =
      new DeviceContext(Runnable::run, timer, timer.ticker(), defects::add);
  final P4RuntimeSession session;

  SessionHarness(SessionOptions options) {
    session =
        new P4RuntimeSession(
            context,
            target -> device.open(),
            "device:9559",
            ScriptedDevice.DEVICE_ID,
            ElectionId.of(ELECTION_ID),
            options,
            new Random(1),
            new SouthboundMetrics(meters),
            this,
            packet -> {});
  }

  SessionHarness() {
    this(SessionOptions.DEFAULT);
  }

  void start() {
    context.execute(session::start);
  }

  /** Calls the session inside its context. */
  <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> method) {
    CompletableFuture<CompletableFuture<T>> called = new CompletableFuture<>();
    context.execute(() -> called.complete(method.get()));
    return called.join();
  }

  @Override
  public void onPrimary() {
    events.add("primary");
  }

  @Override
  public void onBackup(String reason) {
    events.add("backup: " + reason);
  }

  @Override
  public void onDisconnected(String reason, Duration retryIn) {
    events.add("disconnected: " + reason);
    delays.add(retryIn);
  }

  @Override
  public void onCookie(OptionalLong cookie) {
    cookies.add(cookie);
  }
}
