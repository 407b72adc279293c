package io.tern.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.IntentStore.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link IntentStore} promises, for each implementation. */
abstract class IntentStoreContract {
  private IntentStore store;

  abstract IntentStore open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void aNewStoreIsEmptyAtRevisionZero() {
    assertThat(store.current()).isEqualTo(Intent.EMPTY);
  }

  @Test
  void eachChangeIsOneRevision() throws Exception {
    assertThat(store.update(Intents.addPool("a", 1)).revision()).isEqualTo(1);
    assertThat(store.update(Intents.addPool("b", 2)).revision()).isEqualTo(2);
    assertThat(store.current().pools()).containsOnlyKeys("a", "b");
  }

  @Test
  void aRevisionThatTheChangeInventsIsIgnored() throws Exception {
    Intent after =
        store.update(
            intent -> {
              Intent wanted = Intents.withPool(intent, Intents.pool("a", 1));
              return new Intent(
                  77,
                  wanted.pools(),
                  wanted.cidConfigs(),
                  wanted.backends(),
                  wanted.vips(),
                  wanted.devices());
            });
    assertThat(after.revision()).isEqualTo(1);
  }

  @Test
  void aChangeThatChangesNothingIsNoRevision() throws Exception {
    Intent before = store.update(Intents.addPool("a", 1));
    assertThat(store.update(Intents.addPool("a", 1))).isSameAs(before);
  }

  @Test
  void aRefusedChangeChangesNothing() throws Exception {
    Intent before = store.update(Intents.addPool("a", 1));
    assertThatThrownBy(
            () ->
                store.update(
                    intent -> {
                      throw new IntentException(
                          IntentException.Kind.ALREADY_EXISTS, "pools/a", "taken");
                    }))
        .isInstanceOf(IntentException.class)
        .hasMessage("taken");
    assertThatThrownBy(
            () ->
                store.update(
                    intent -> {
                      throw new IllegalStateException("bug in the change");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.current()).isSameAs(before);
    assertThat(store.update(Intents.addPool("b", 2)).pools()).containsOnlyKeys("a", "b");
  }

  @Test
  void aChangeThatCallsItsStoreIsRefused() {
    assertThatThrownBy(() -> store.update(intent -> store.update(Intents.addPool("a", 1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pure");
  }

  @Test
  void concurrentChangesAllHappenOneAfterTheOther() throws Exception {
    int writers = 8;
    int each = 25;
    int total = writers * each;
    BlockingQueue<Intent> seen = new LinkedBlockingQueue<>();
    store.subscribe(seen::add);
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int writer = 0; writer < writers; writer++) {
      int first = writer * each;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  for (int i = 0; i < each; i++) {
                    store.update(Intents.addPool("p" + (first + i), first + i + 1));
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure).hasNullValue();
    assertThat(store.current().revision()).isEqualTo(total);
    assertThat(store.current().pools()).hasSize(total);
    for (long revision = 0; revision <= total; revision++) {
      assertThat(take(seen).revision()).isEqualTo(revision);
    }
  }

  @Test
  void aListenerSeesTheSnapshotAndThenEveryRevisionInOrder() throws Exception {
    store.update(Intents.addPool("a", 1));
    BlockingQueue<Intent> seen = new LinkedBlockingQueue<>();
    store.subscribe(seen::add);
    for (int i = 2; i <= 50; i++) {
      store.update(Intents.addPool("p" + i, i));
    }
    List<Long> revisions = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      revisions.add(take(seen).revision());
    }
    assertThat(revisions).isEqualTo(LongStream.rangeClosed(1, 50).boxed().toList());
  }

  @Test
  void aSlowListenerDoesNotHoldUpWriters() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    store.subscribe(
        intent -> {
          awaitUninterruptibly(release);
          seen.add(intent.revision());
        });
    for (int i = 1; i <= 20; i++) {
      store.update(Intents.addPool("p" + i, i));
    }
    assertThat(store.current().revision()).isEqualTo(20);
    assertThat(seen).isEmpty();
    release.countDown();
    for (long revision = 0; revision <= 20; revision++) {
      assertThat(take(seen)).isEqualTo(revision);
    }
  }

  @Test
  void aListenerMayCallTheStore() throws Exception {
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    store.subscribe(
        intent -> {
          seen.add(intent.revision());
          if (intent.revision() == 1) {
            try {
              store.update(Intents.addPool("by-listener", 2));
            } catch (IntentException e) {
              throw new AssertionError(e);
            }
          }
        });
    store.update(Intents.addPool("a", 1));
    assertThat(List.of(take(seen), take(seen), take(seen))).containsExactly(0L, 1L, 2L);
  }

  @Test
  void aListenerThatThrowsDoesNotSilenceTheOthers() throws Exception {
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    store.subscribe(
        intent -> {
          throw new IllegalStateException("bug in a listener");
        });
    store.subscribe(intent -> seen.add(intent.revision()));
    store.update(Intents.addPool("a", 1));
    assertThat(List.of(take(seen), take(seen))).containsExactly(0L, 1L);
  }

  @Test
  void aClosedSubscriptionHearsNoMore() throws Exception {
    BlockingQueue<Long> closed = new LinkedBlockingQueue<>();
    BlockingQueue<Long> open = new LinkedBlockingQueue<>();
    Subscription subscription = store.subscribe(intent -> closed.add(intent.revision()));
    store.subscribe(intent -> open.add(intent.revision()));
    assertThat(take(closed)).isZero();
    subscription.close();
    subscription.close();
    store.update(Intents.addPool("a", 1));
    assertThat(List.of(take(open), take(open))).containsExactly(0L, 1L);
    assertThat(closed).isEmpty();
  }

  @Test
  void electionIdsGrowStrictlyAndAreNoRevisions() throws Exception {
    long first = store.nextElectionId();
    assertThat(first).isPositive();
    store.update(Intents.addPool("a", 1));
    assertThat(store.nextElectionId()).isGreaterThan(first);
    assertThat(store.current().revision()).isEqualTo(1);
  }

  @Test
  void aClosedStoreRefusesChangesAndKeepsItsLastIntentReadable() throws Exception {
    Intent last = store.update(Intents.addPool("a", 1));
    store.close();
    store.close();
    assertThatThrownBy(() -> store.update(Intents.addPool("b", 2)))
        .isInstanceOfSatisfying(
            IntentException.class,
            e -> assertThat(e.kind()).isEqualTo(IntentException.Kind.UNAVAILABLE));
    assertThatThrownBy(store::nextElectionId).isInstanceOf(IntentException.class);
    assertThat(store.current()).isSameAs(last);
  }

  @Test
  void closingDeliversWhatWasAcceptedBefore() throws Exception {
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    store.subscribe(intent -> seen.add(intent.revision()));
    store.update(Intents.addPool("a", 1));
    store.close();
    assertThat(seen).containsExactly(0L, 1L);
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T value = queue.poll(30, TimeUnit.SECONDS);
    assertThat(value).as("a call of the listener").isNotNull();
    return value;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
