package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.PoolSpec;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.DeletePoolRequest;
import io.tern.proto.v1.ListBackendsRequest;
import io.tern.proto.v1.ListBackendsResponse;
import io.tern.proto.v1.ListCidConfigsRequest;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.ListPoolsResponse;
import io.tern.proto.v1.Pool;
import io.tern.store.InMemoryIntentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PagesTest {
  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiFixture(new InMemoryIntentStore());
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void pagesTogetherAreTheCollectionInTheOrderOfNames() {
    for (String id : List.of("d", "b", "e", "a", "c")) {
      api.createPool(id);
    }
    List<Integer> sizes = new ArrayList<>();
    List<String> names = new ArrayList<>();
    String token = "";
    do {
      ListPoolsResponse page = list(2, token);
      sizes.add(page.getPoolsCount());
      page.getPoolsList().forEach(pool -> names.add(pool.getName()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(sizes).containsExactly(2, 2, 1);
    assertThat(names).containsExactly("pools/a", "pools/b", "pools/c", "pools/d", "pools/e");
  }

  @Test
  void aPageThatEndsWithTheCollectionHasNoToken() {
    api.createPool("a");
    api.createPool("b");
    assertThat(list(2, "").getNextPageToken()).isEmpty();
    assertThat(list(0, "").getPoolsCount()).isEqualTo(2);
  }

  @Test
  void anEmptyCollectionIsOneEmptyPage() {
    assertThat(list(0, "")).isEqualTo(ListPoolsResponse.getDefaultInstance());
  }

  @Test
  void noPageIsLargerThanAThousandWhateverIsAskedFor() throws Exception {
    api.store.update(
        intent -> {
          Intent filled = intent;
          for (int i = 0; i < 1_001; i++) {
            filled = IntentChanges.createPool(filled, new PoolSpec("p" + i, 128, ApiFixture.START));
          }
          return filled;
        });
    assertThat(list(0, "").getPoolsCount()).isEqualTo(1_000);
    ListPoolsResponse page = list(Integer.MAX_VALUE, "");
    assertThat(page.getPoolsCount()).isEqualTo(1_000);
    assertThat(list(Integer.MAX_VALUE, page.getNextPageToken()).getPoolsCount()).isEqualTo(1);
  }

  @Test
  void changesBetweenPagesNeitherRepeatNorSkipTheRest() {
    for (String id : List.of("b", "d", "f", "h")) {
      api.createPool(id);
    }
    ListPoolsResponse first = list(2, "");
    api.createPool("a"); // Before the page.
    api.createPool("e"); // Behind it.
    api.pools().deletePool(DeletePoolRequest.newBuilder().setName("pools/d").build()); // Its last.
    ListPoolsResponse second = list(10, first.getNextPageToken());
    assertThat(second.getPoolsList())
        .extracting(Pool::getName)
        .containsExactly("pools/e", "pools/f", "pools/h");
  }

  @Test
  void aListOfAPoolShowsNothingOfAnother() {
    for (String pool : List.of("a", "a-b", "b")) {
      api.createPool(pool);
      IntStream.of(1, 2).forEach(i -> api.createBackend(pool, "b" + i, "192.0.2." + i));
    }
    assertThat(backends("pools/a", 0, "").getBackendsList())
        .extracting(Backend::getName)
        .containsExactly("pools/a/backends/b1", "pools/a/backends/b2");
  }

  @Test
  void aDashListsTheChildrenOfAllPools() {
    for (String pool : List.of("a", "b")) {
      api.createPool(pool);
      api.createBackend(pool, "b1", "192.0.2.1");
    }
    ListBackendsResponse first = backends("pools/-", 1, "");
    ListBackendsResponse second = backends("pools/-", 1, first.getNextPageToken());
    assertThat(List.of(first.getBackends(0).getName(), second.getBackends(0).getName()))
        .containsExactly("pools/a/backends/b1", "pools/b/backends/b1");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void aTokenIsForItsOwnListAlone() {
    for (String pool : List.of("a", "b")) {
      api.createPool(pool);
      IntStream.of(1, 2).forEach(i -> api.createBackend(pool, "b" + i, "192.0.2." + i));
    }
    String token = backends("pools/a", 1, "").getNextPageToken();
    Refusal.of(() -> backends("pools/b", 1, token))
        .is(Code.INVALID_ARGUMENT)
        .field("page_token", "another list");
    Refusal.of(() -> list(1, token)).is(Code.INVALID_ARGUMENT).field("page_token");
    Refusal.of(
            () ->
                api.cidConfigs()
                    .listCidConfigs(
                        ListCidConfigsRequest.newBuilder()
                            .setParent("pools/a")
                            .setPageToken(token)
                            .build()))
        .is(Code.INVALID_ARGUMENT)
        .field("page_token");
  }

  private ListPoolsResponse list(int size, String token) {
    return api.pools()
        .listPools(ListPoolsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  private ListBackendsResponse backends(String parent, int size, String token) {
    return api.backends()
        .listBackends(
            ListBackendsRequest.newBuilder()
                .setParent(parent)
                .setPageSize(size)
                .setPageToken(token)
                .build());
  }
}
