package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.tern.core.intent.IntentStore;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.ListBackendsRequest;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.ListPoolsResponse;
import io.tern.proto.v1.Pool;
import io.tern.store.InMemoryIntentStore;
import io.tern.store.SqliteIntentStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted is there: after a restart, and when many change at once. */
class DurabilityTest {
  @TempDir Path directory;

  @Test
  void aRestartShowsTheSameResourcesAndTakesTheSameTokens() throws Exception {
    List<Backend> before;
    String token;
    try (IntentStore store = SqliteIntentStore.open(directory.resolve("intent.db"));
        ApiFixture api = new ApiFixture(store)) {
      api.createPool("a");
      api.createPool("b");
      api.createCidConfig("a", 0);
      api.createBackend("a", "b1", "192.0.2.1");
      api.createBackend("a", "b2", "192.0.2.2");
      Refusal.of(() -> api.createBackend("a", "b3", "192.0.2.1")).is(Code.ALREADY_EXISTS);
      before = backends(api);
      token = pools(api, "").getNextPageToken();
    }
    try (IntentStore store = SqliteIntentStore.open(directory.resolve("intent.db"));
        ApiFixture api = new ApiFixture(store)) {
      assertThat(backends(api)).isEqualTo(before).hasSize(2);
      assertThat(pools(api, token).getPoolsList())
          .extracting(Pool::getName)
          .containsExactly("pools/b");
      // Numbers are not given out twice.
      assertThat(api.createBackend("a", "b3", "192.0.2.3").getServerIds(0).getServerId())
          .isNotIn(before.stream().map(backend -> backend.getServerIds(0).getServerId()).toList());
    }
  }

  @Test
  void manyClientsAtOnceLoseNothingAndShareNoServerId() throws Exception {
    int clients = 8;
    int each = 20;
    ExecutorService executor = Executors.newFixedThreadPool(clients);
    try (ApiFixture api = new ApiFixture(new InMemoryIntentStore())) {
      api.createPool("web");
      api.createCidConfig("web", 0);
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        int first = client * each;
        tasks.add(
            () -> {
              int refused = 0;
              for (int i = first; i < first + each; i++) {
                api.createBackend("web", "b" + i, "192.0.2." + i);
                // Every client wants the same name: all but one are refused.
                try {
                  api.createBackend("web", "wanted-" + i % each, "198.51.100." + i);
                } catch (io.grpc.StatusRuntimeException e) {
                  assertThat(e.getStatus().getCode()).isEqualTo(Code.ALREADY_EXISTS);
                  refused++;
                }
              }
              return refused;
            });
      }
      int refused = 0;
      for (Future<Integer> result : executor.invokeAll(tasks)) {
        refused += result.get();
      }
      assertThat(refused).isEqualTo((clients - 1) * each);
      List<Backend> backends = backends(api);
      assertThat(backends).hasSize((clients + 1) * each);
      Set<String> serverIds = new TreeSet<>();
      backends.forEach(
          backend ->
              serverIds.add(
                  HexFormat.of().formatHex(backend.getServerIds(0).getServerId().toByteArray())));
      assertThat(serverIds).hasSize(backends.size());
    } finally {
      executor.shutdownNow();
    }
  }

  private static List<Backend> backends(ApiFixture api) {
    return api.backends()
        .listBackends(ListBackendsRequest.newBuilder().setParent("pools/-").build())
        .getBackendsList();
  }

  private static ListPoolsResponse pools(ApiFixture api, String token) {
    return api.pools()
        .listPools(ListPoolsRequest.newBuilder().setPageSize(1).setPageToken(token).build());
  }
}
