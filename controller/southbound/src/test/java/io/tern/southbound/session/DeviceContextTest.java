package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.southbound.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeviceContextTest {
  private final FakeTimer timer = new FakeTimer();
  private final Deque<Runnable> submitted = new ArrayDeque<>();
  private final List<Throwable> uncaught = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private final DeviceContext context =
      new DeviceContext(submitted::add, timer, timer.ticker(), uncaught::add);

  private void runNewestFirst() {
    while (!submitted.isEmpty()) {
      submitted.removeLast().run();
    }
  }

  @Test
  void tasksKeepTheirOrderThoughThreadsOvertakeEachOther() {
    context.execute(() -> done.add("first"));
    context.execute(() -> done.add("second"));
    assertThat(done).isEmpty();

    runNewestFirst();

    assertThat(done).containsExactly("first", "second");
  }

  @Test
  void timerDoesNotRunTheWorkItself() {
    var unused = context.schedule(Duration.ofSeconds(1), () -> done.add("due"));

    timer.forward(Duration.ofSeconds(1));
    assertThat(done).isEmpty();
    runNewestFirst();

    assertThat(done).containsExactly("due");
  }

  @Test
  void workThatIsCancelledAfterItBecameDueDoesNotRun() {
    DeviceContext.Timer work = context.schedule(Duration.ofSeconds(1), () -> done.add("due"));
    context.execute(work::cancel);
    timer.forward(Duration.ofSeconds(1));

    runNewestFirst();

    assertThat(done).isEmpty();
  }

  @Test
  void cancellationFromOutsideIsRefused() {
    DeviceContext.Timer work = context.schedule(Duration.ofSeconds(1), () -> {});

    assertThatThrownBy(work::cancel).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatAContinuationThrowsIsNotSwallowed() {
    IllegalStateException defect = new IllegalStateException("defect");
    CompletableFuture<String> future = new CompletableFuture<>();
    context.execute(
        () ->
            context.whenDone(
                future,
                (result, error) -> {
                  throw defect;
                }));
    context.execute(() -> future.complete("done"));

    runNewestFirst();

    assertThat(uncaught).containsExactly(defect);
  }
}
