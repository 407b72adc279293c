package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.store.InMemoryIntentStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Failures of the controller itself. */
class FailureTest {
  @Test
  void aStoreThatCannotWriteIsUnavailableAndSaysNothingOfItsFiles() throws Exception {
    IntentStore store = mock(IntentStore.class);
    when(store.update(any()))
        .thenThrow(
            new IntentException(
                IntentException.Kind.UNAVAILABLE, "", "cannot write /var/lib/tern/intent.db"));
    try (ApiFixture api = new ApiFixture(store)) {
      Refusal refusal =
          Refusal.of(() -> api.createPool("web"))
              .is(Code.UNAVAILABLE)
              .because("STORE_UNAVAILABLE")
              .saying("nothing was changed");
      assertThat(refusal.text()).doesNotContain("/var/lib");
    }
  }

  @Test
  void aBugIsAnIncidentThatTellsTheClientNothing() throws Exception {
    IntentStore store = mock(IntentStore.class);
    when(store.current()).thenThrow(new IllegalStateException("secret of the implementation"));
    try (ApiFixture api = new ApiFixture(store)) {
      Refusal refusal =
          Refusal.of(() -> api.pools().listPools(ListPoolsRequest.getDefaultInstance()))
              .is(Code.INTERNAL)
              .saying("incident");
      assertThat(refusal.text()).doesNotContain("secret").doesNotContain("IllegalState");
    }
  }

  @Test
  void aChangeThatNobodyWaitsForAnyMoreDoesNotHappen() throws Exception {
    try (IntentStore real = new InMemoryIntentStore()) {
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      IntentStore busy = mock(IntentStore.class);
      // The change's turn comes when its call has been given up.
      when(busy.update(any()))
          .thenAnswer(
              invocation -> {
                CountDownLatch givenUp = new CountDownLatch(1);
                Context.current().addListener(context -> givenUp.countDown(), Runnable::run);
                assertThat(givenUp.await(30, TimeUnit.SECONDS)).isTrue();
                IntentStore.Change change = invocation.getArgument(0);
                Throwable refusal = catchThrowable(() -> real.update(change));
                outcome.complete(refusal);
                throw refusal;
              });
      try (ApiFixture api = new ApiFixture(busy)) {
        StatusRuntimeException answer =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    api.pools()
                        .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                        .createPool(ApiFixture.poolRequest("late")));
        assertThat(answer.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(Status.fromThrowable(outcome.get(30, TimeUnit.SECONDS)).getCode())
            .isEqualTo(Code.CANCELLED);
      }
      assertThat(real.current()).isEqualTo(Intent.EMPTY);
    }
  }
}
