package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.tern.proto.v1.BackendServiceGrpc;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.DeletePoolRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.WatchBackendsRequest;
import io.tern.proto.v1.WatchBackendsResponse;
import io.tern.proto.v1.WatchDevicesRequest;
import io.tern.proto.v1.WatchDevicesResponse;
import io.tern.proto.v1.WatchPoolsRequest;
import io.tern.proto.v1.WatchPoolsResponse;
import io.tern.store.InMemoryIntentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchTest {
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
  void firstWhatIsThereThenCompleteThenEachChangeInOrder() throws Exception {
    api.createPool("b");
    api.createPool("a");
    var watch = watchPools();
    assertThat(describe(watch.read())).isEqualTo("ADDED pools/a @2");
    assertThat(describe(watch.read())).isEqualTo("ADDED pools/b @2");
    assertThat(describe(watch.read())).isEqualTo("SNAPSHOT_COMPLETE  @2");
    api.createPool("c");
    deletePool("a");
    api.createPool("a");
    assertThat(describe(watch.read())).isEqualTo("ADDED pools/c @3");
    assertThat(describe(watch.read())).isEqualTo("DELETED pools/a @4");
    assertThat(describe(watch.read())).isEqualTo("ADDED pools/a @5");
  }

  @Test
  void anEmptyCollectionIsCompleteAtOnce() throws Exception {
    assertThat(describe(watchPools().read())).isEqualTo("SNAPSHOT_COMPLETE  @0");
  }

  @Test
  void changesOfOtherCollectionsAreNotShown() throws Exception {
    api.createPool("a");
    api.createPool("b");
    var watch = watchBackends("pools/a");
    assertThat(watch.read().getType()).isEqualTo(ChangeType.SNAPSHOT_COMPLETE);
    api.createBackend("b", "b1", "192.0.2.1");
    api.createVip("v", "198.51.100.1", "a");
    api.createBackend("a", "b1", "192.0.2.1");
    WatchBackendsResponse change = watch.read();
    assertThat(change.getBackend().getName()).isEqualTo("pools/a/backends/b1");
    assertThat(change.getRevision()).isEqualTo(5);
  }

  @Test
  void aBackendIsModifiedWhenItGetsAServerId() throws Exception {
    api.createPool("a");
    api.createBackend("a", "b1", "192.0.2.1");
    var watch = watchBackends("pools/-");
    watch.read();
    watch.read();
    api.createCidConfig("a", 3);
    WatchBackendsResponse change = watch.read();
    assertThat(change.getType()).isEqualTo(ChangeType.MODIFIED);
    assertThat(change.getBackend().getServerIds(0).getCidConfig())
        .isEqualTo("pools/a/cidConfigs/3");
  }

  @Test
  void aDeletedResourceIsShownAsItWas() throws Exception {
    api.createPool("a");
    api.createCidConfig("a", 3);
    var backend = api.createBackend("a", "b1", "192.0.2.1");
    var watch = watchBackends("pools/a");
    watch.read();
    watch.read();
    api.backends()
        .deleteBackend(DeleteBackendRequest.newBuilder().setName(backend.getName()).build());
    WatchBackendsResponse change = watch.read();
    assertThat(change.getType()).isEqualTo(ChangeType.DELETED);
    assertThat(change.getBackend()).isEqualTo(backend);
  }

  @Test
  void theWatchOfADeletedPoolEndsWithNotFound() throws Exception {
    api.createPool("a");
    var watch = watchBackends("pools/a");
    watch.read();
    deletePool("a");
    watch.request();
    assertThat(watch.awaitEnd().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aSlowReaderGetsTheSumOfWhatItMissed() throws Exception {
    api.createPool("first");
    var watch = watchPools();
    assertThat(watch.read().getType()).isEqualTo(ChangeType.ADDED);
    assertThat(watch.read().getType()).isEqualTo(ChangeType.SNAPSHOT_COMPLETE);

    // Far more revisions than a stream queues, while its reader sleeps.
    deletePool("first");
    for (int i = 0; i < 500; i++) {
      api.createPool("passing");
      deletePool("passing");
    }
    api.createPool("last");
    await().until(() -> api.store.current().pools().containsKey("last"));

    var state = new TreeSet<>(List.of("pools/first"));
    List<WatchPoolsResponse> seen = new ArrayList<>();
    while (seen.isEmpty() || !state.contains("pools/last")) {
      WatchPoolsResponse change = watch.read();
      seen.add(change);
      if (change.getType() == ChangeType.DELETED) {
        assertThat(state.remove(change.getPool().getName())).isTrue();
      } else {
        state.add(change.getPool().getName());
      }
    }
    assertThat(state).containsExactly("pools/last");
    assertThat(seen).hasSizeLessThan(200);
    assertThat(seen).extracting(WatchPoolsResponse::getRevision).isSorted();
    assertThat(seen.get(seen.size() - 1).getRevision()).isEqualTo(api.store.current().revision());
  }

  @Test
  void aReaderThatSleepsHoldsUpNoOther() throws Exception {
    var asleep = watchPools();
    var awake = watchPools();
    assertThat(describe(awake.read())).isEqualTo("SNAPSHOT_COMPLETE  @0");
    api.createPool("a");
    assertThat(describe(awake.read())).isEqualTo("ADDED pools/a @1");
    assertThat(asleep.hasReceived()).isFalse();
  }

  @Test
  void aReaderThatLeavesLeavesNothingBehind() throws Exception {
    var watch = watchDevices();
    watch.read();
    assertThat(api.api.openStreams()).isEqualTo(1);
    assertThat(api.statuses.listeners()).isEqualTo(1);
    watch.leave();
    await().untilAsserted(() -> assertThat(api.api.openStreams()).isZero());
    await().untilAsserted(() -> assertThat(api.statuses.listeners()).isZero());
  }

  @Test
  void theWatchOfDevicesShowsHowTheyStand() throws Exception {
    api.createDevice("s1", "127.0.0.1:9559");
    api.createDevice("s2", "127.0.0.1:9560");
    var watch = watchDevices();
    watch.read();
    watch.read();
    assertThat(watch.read().getType()).isEqualTo(ChangeType.SNAPSHOT_COMPLETE);
    api.statuses.set("s2", new DeviceStatus(DeviceStatus.Connection.IN_SYNC, 2, 40, List.of()));
    WatchDevicesResponse change = watch.read();
    assertThat(change.getType()).isEqualTo(ChangeType.MODIFIED);
    assertThat(change.getDevice().getName()).isEqualTo("devices/s2");
    assertThat(change.getDevice().getConnectionState()).isEqualTo(Device.ConnectionState.IN_SYNC);
    assertThat(change.getRevision()).isEqualTo(2);
  }

  @Test
  void aShutdownTellsReadersToConnectAgain() throws Exception {
    var watch = watchPools();
    watch.read();
    api.api.goAway();
    watch.request();
    Status end = watch.awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).contains("shutting down");
    var late = watchPools();
    late.request();
    assertThat(late.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private SlowReader<WatchPoolsRequest, WatchPoolsResponse> watchPools() {
    SlowReader<WatchPoolsRequest, WatchPoolsResponse> reader = new SlowReader<>();
    PoolServiceGrpc.newStub(api.channel).watchPools(WatchPoolsRequest.getDefaultInstance(), reader);
    return reader;
  }

  private SlowReader<WatchBackendsRequest, WatchBackendsResponse> watchBackends(String parent) {
    SlowReader<WatchBackendsRequest, WatchBackendsResponse> reader = new SlowReader<>();
    BackendServiceGrpc.newStub(api.channel)
        .watchBackends(WatchBackendsRequest.newBuilder().setParent(parent).build(), reader);
    return reader;
  }

  private SlowReader<WatchDevicesRequest, WatchDevicesResponse> watchDevices() {
    SlowReader<WatchDevicesRequest, WatchDevicesResponse> reader = new SlowReader<>();
    DeviceServiceGrpc.newStub(api.channel)
        .watchDevices(WatchDevicesRequest.getDefaultInstance(), reader);
    return reader;
  }

  private void deletePool(String id) {
    api.pools().deletePool(DeletePoolRequest.newBuilder().setName("pools/" + id).build());
  }

  private static String describe(WatchPoolsResponse change) {
    return change.getType() + " " + change.getPool().getName() + " @" + change.getRevision();
  }
}
