package io.tern.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tern.app.demo.ControllerProcess;
import io.tern.core.oracle.Frames;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.p4runtime.DeviceStatistics;
import io.tern.embedded.port.MemoryPort;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.DeletePoolRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The controller as a process, against a switch in this JVM: what it programs, and what its death,
 * its return, its doubles and its clients' mistakes do to the switch.
 */
class ControllerProcessIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final long DEVICE_ID = 7;

  private static final int CLIENT_PORT = 1;
  private static final String CLIENT_MAC = "02:00:00:00:00:c1";
  private static final String VIP_V4 = "192.0.2.1";
  private static final String VIP_V6 = "2001:db8::1";

  /** Port of the switch by backend. */
  private static final Map<String, Integer> BACKENDS = new TreeMap<>(Map.of("b1", 11, "b2", 12));

  private static final int SERVER_ID_LENGTH = 3;
  private static final int NONCE_LENGTH = 4;

  @TempDir private Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<Integer, MemoryPort> ports = new TreeMap<>();
  private EmbeddedSwitch device;

  @BeforeEach
  void startSwitch() throws IOException {
    device = emptySwitch(0);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    device.close();
  }

  @Test
  void aRestartedControllerWritesNothingToADeviceThatIsRight() throws Exception {
    ControllerProcess controller = started("a");
    Northbound api = api(controller);
    createEverything(api);
    awaitInSync(api);
    awaitActive(api);
    assertThat(api.device("s1").getEntitiesWritten()).isPositive();
    assertForwards(api);

    List<Object> accepted = api.everything();
    badRequestsAreRefused(api);
    assertThat(api.everything()).isEqualTo(accepted);
    QuicServerConfig served = api.quicServerConfig("web", "b1");
    assertThat(served.getIssueCodepoint()).isZero();
    Map<String, String> cids = cids(api);
    DeviceStatistics before = device.statistics().device();

    controller.kill();
    assertForwards(cids);
    controller.start();
    awaitInSync(api);

    assertThat(api.device("s1").getEntitiesWritten()).isZero();
    assertThat(api.device("s1").getProblemsList()).isEmpty();
    assertThat(writes(device.statistics().device())).isEqualTo(writes(before));
    assertThat(api.everything()).isEqualTo(accepted);
    assertThat(api.quicServerConfig("web", "b1").getCidConfigsList())
        .isEqualTo(served.getCidConfigsList());
    assertForwards(cids);
  }

  @Test
  void whatWasAcknowledgedBeforeAKillReachesTheDeviceAfterIt() throws Exception {
    ControllerProcess controller = started("a");
    Northbound api = api(controller);
    createEverything(api);
    ConcurrentLinkedQueue<Backend> acknowledged = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> creation =
        CompletableFuture.runAsync(
            () -> {
              for (int n = 1; n <= 200; n++) {
                acknowledged.add(api.createNow(numbered(n)));
              }
            });
    await().atMost(TIMEOUT).until(() -> acknowledged.size() >= 40);
    controller.kill();
    assertThat(creation).failsWithin(TIMEOUT);
    assertThat(acknowledged).hasSizeLessThan(200);

    controller.start();
    awaitInSync(api);

    assertThat(api.everything()).containsAll(acknowledged);
    for (Backend backend : acknowledged) {
      int n = Integer.parseInt(backend.getName().substring("pools/web/backends/n".length()));
      String cid = cid(0, backend.getServerIds(0).getServerId().toByteArray());
      assertThat(portOf(Frames.udp("203.0.113.9", 50_000, VIP_V4, 443).quicShort(cid)))
          .as("port of a packet with the CID of %s", backend.getName())
          .isEqualTo(backendPort(n));
    }
  }

  @Test
  void aSwitchThatLostEverythingIsProgrammedAnew() throws Exception {
    Northbound api = api(started("a"));
    createEverything(api);
    awaitInSync(api);
    Map<String, String> cids = cids(api);
    long written = api.device("s1").getEntitiesWritten();

    int port = device.grpcAddress().orElseThrow().getPort();
    device.close();
    device = emptySwitch(port);

    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> assertThat(api.device("s1").getEntitiesWritten()).isGreaterThan(written));
    awaitInSync(api);
    assertThat(device.statistics().device().pipelinesCommitted()).isEqualTo(1);
    assertThat(device.statistics().device().updatesRefused()).isZero();
    assertForwards(cids);
  }

  @Test
  void aSecondControllerOnTheSameDataIsRefused() throws Exception {
    ControllerProcess first = started("a");
    Northbound api = api(first);
    createEverything(api);
    awaitInSync(api);

    ControllerProcess second = started("a");
    await().atMost(TIMEOUT).until(() -> !second.isAlive());

    assertThat(Files.readString(second.log())).contains("in use by another controller");
    assertThat(first.isAlive()).isTrue();
    api.createVip("later", "192.0.2.2", 443, "web");
    awaitInSync(api);
    assertThat(portOf(Frames.udp("203.0.113.9", 1, "192.0.2.2", 443).quicLong("00")))
        .isIn(BACKENDS.values());
  }

  @Test
  void aControllerWithAnOlderElectionIdIsFencedOff() throws Exception {
    ControllerProcess current = started("a");
    Northbound api = api(current);
    createEverything(api);
    awaitInSync(api);
    // Its second start: its election ID is now higher than that of a store that was opened once.
    current.kill();
    current.start();
    awaitInSync(api);
    DeviceStatistics before = device.statistics().device();

    // It wants an empty device: were it not fenced off, it would delete everything.
    Northbound staleApi = api(started("b"));
    createDevice(staleApi);
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(staleApi.device("s1").getConnectionState())
                    .isEqualTo(Device.ConnectionState.DEGRADED));

    assertThat(staleApi.device("s1").getProblemsList())
        .anySatisfy(problem -> assertThat(problem).containsIgnoringCase("primary"));
    assertThat(staleApi.device("s1").getEntitiesWritten()).isZero();
    assertThat(writes(device.statistics().device())).isEqualTo(writes(before));
    assertForwards(api);
    api.createVip("later", "192.0.2.2", 443, "web");
    awaitInSync(api);
    assertThat(writes(device.statistics().device())).isNotEqualTo(writes(before));
  }

  private static void badRequestsAreRefused(Northbound api) {
    refused(Status.Code.NOT_FOUND, () -> api.createVip("v9", "192.0.2.9", 443, "nowhere"));
    refused(Status.Code.ALREADY_EXISTS, () -> api.createVip("v9", VIP_V4, 443, "web"));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createVip("v9", "192.0.2.256", 443, "web"));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createVip("v9", "192.0.2.9", 65_536, "web"));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createVip("V9", "192.0.2.9", 443, "web"));
    refused(Status.Code.ALREADY_EXISTS, () -> api.createPool("web", 256));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createPool("odd", 1_000));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createPlaintextConfig("web", 7, 3, 4));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createPlaintextConfig("web", 1, 16, 4));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createPlaintextConfig("web", 1, 3, 3));
    refused(Status.Code.INVALID_ARGUMENT, () -> api.createPlaintextConfig("web", 1, 15, 5));
    refused(Status.Code.ALREADY_EXISTS, () -> api.createPlaintextConfig("web", 0, 3, 4));
    refused(
        Status.Code.ALREADY_EXISTS,
        () -> api.createBackend("web", "b9", "198.51.100.11", "02:00:00:00:00:99", "s1", 13));
    refused(
        Status.Code.NOT_FOUND,
        () -> api.createBackend("web", "b9", "198.51.100.99", "02:00:00:00:00:99", "s9", 13));
    refused(
        Status.Code.INVALID_ARGUMENT,
        () -> api.createBackend("web", "b9", "198.51.100.99", "03:00:00:00:00:99", "s1", 13));
    refused(
        Status.Code.FAILED_PRECONDITION,
        () ->
            api.stub(PoolServiceGrpc::newBlockingStub)
                .deletePool(DeletePoolRequest.newBuilder().setName("pools/web").build()));
  }

  private static void refused(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).as("%s", e.getStatus()).isEqualTo(code));
  }

  private EmbeddedSwitch emptySwitch(int grpcPort) throws IOException {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .deviceId(DEVICE_ID)
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), grpcPort));
    ports.clear();
    ports.put(CLIENT_PORT, new MemoryPort());
    BACKENDS.values().forEach(port -> ports.put(port, new MemoryPort()));
    for (int n = 1; n <= 4; n++) {
      ports.put(backendPort(n), new MemoryPort());
    }
    ports.forEach(builder::port);
    return builder.start();
  }

  private ControllerProcess started(String data) throws IOException {
    ControllerProcess controller =
        new ControllerProcess(Files.createDirectories(directory.resolve(data)));
    open.add(controller);
    controller.start();
    return controller;
  }

  private Northbound api(ControllerProcess controller) {
    Northbound api = new Northbound(controller.address());
    open.add(api);
    return api;
  }

  private void createDevice(Northbound api) {
    api.createDevice(
        "s1", device.grpcAddress().orElseThrow().getPort(), DEVICE_ID, CLIENT_MAC, CLIENT_PORT);
  }

  private void createEverything(Northbound api) {
    createDevice(api);
    api.createPool("web", 32_768);
    api.createPlaintextConfig("web", 0, SERVER_ID_LENGTH, NONCE_LENGTH);
    BACKENDS.forEach(
        (id, port) ->
            api.createBackend(
                "web", id, "198.51.100." + port, "02:00:00:00:00:" + port, "s1", port));
    api.createVip("v4", VIP_V4, 443, "web");
    api.createVip("v6", VIP_V6, 443, "web");
  }

  /** Further backends share four ports. */
  private static int backendPort(int n) {
    return 20 + n % 4;
  }

  private static CreateBackendRequest numbered(int n) {
    return CreateBackendRequest.newBuilder()
        .setParent("pools/web")
        .setBackendId("n" + n)
        .setBackend(
            Backend.newBuilder()
                .setAddress("2001:db8:1::" + Integer.toHexString(n))
                .setPort(4433)
                .setNextHop(
                    Backend.NextHop.newBuilder()
                        .setMacAddress("02:00:00:00:01:%02x".formatted(n))
                        .addDevicePorts(
                            Backend.DevicePort.newBuilder()
                                .setDevice("devices/s1")
                                .setPort(backendPort(n)))))
        .build();
  }

  /** In sync with everything that was accepted before the call. */
  private static void awaitInSync(Northbound api) {
    long revision = api.revision();
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              Device status = api.device("s1");
              assertThat(status.getConnectionState())
                  .as("%s", status)
                  .isEqualTo(Device.ConnectionState.IN_SYNC);
              assertThat(status.getSyncedRevision()).isGreaterThanOrEqualTo(revision);
            });
  }

  private static void awaitActive(Northbound api) {
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> assertThat(api.cidConfig("web", 0).getState()).isEqualTo(CidConfig.State.ACTIVE));
  }

  /** One CID of each backend. */
  private static Map<String, String> cids(Northbound api) {
    Map<String, String> cids = new TreeMap<>();
    BACKENDS.keySet().forEach(id -> cids.put(id, cid(0, api.serverId("web", id, 0).toByteArray())));
    return cids;
  }

  private static String cid(int codepoint, byte[] serverId) {
    return "%02x".formatted(codepoint << 5)
        + HexFormat.of().formatHex(serverId)
        + "cd".repeat(NONCE_LENGTH);
  }

  private void assertForwards(Northbound api) throws InterruptedException {
    assertForwards(cids(api));
  }

  private void assertForwards(Map<String, String> cids) throws InterruptedException {
    Frames v4 = Frames.udp("203.0.113.9", 50_000, VIP_V4, 443);
    Frames v6 = Frames.udp("2001:db8:9::9", 50_000, VIP_V6, 443);
    for (Map.Entry<String, String> cid : cids.entrySet()) {
      int port = BACKENDS.get(cid.getKey());
      assertThat(portOf(v4.quicShort(cid.getValue()))).as(cid.getKey()).isEqualTo(port);
      assertThat(portOf(v6.quicShort(cid.getValue()))).as(cid.getKey()).isEqualTo(port);
      assertThat(portOf(v4.quicLong(cid.getValue()))).as(cid.getKey()).isEqualTo(port);
    }
    assertThat(portOf(v4.quicLong("e0e1e2e3e4e5e6e7")))
        .as("by the fallback")
        .isIn(BACKENDS.values());
    assertThat(portOf(v6.quicLong("e0e1e2e3e4e5e6e7")))
        .as("by the fallback")
        .isIn(BACKENDS.values());
    Frames answer = Frames.udp("198.51.100.11", 4433, "203.0.113.9", 1).toMac(0x0200000000c1L);
    for (int port : BACKENDS.values()) {
      assertThat(portOf(answer, port)).as("to the client's station").isEqualTo(CLIENT_PORT);
    }
  }

  /** The one port that a frame of the client leaves by. */
  private int portOf(Frames frame) throws InterruptedException {
    return portOf(frame, CLIENT_PORT);
  }

  private int portOf(Frames frame, int ingressPort) throws InterruptedException {
    ports.get(ingressPort).inject(frame.octets());
    device.awaitForwarded();
    List<Integer> left = new ArrayList<>();
    for (Map.Entry<Integer, MemoryPort> port : ports.entrySet()) {
      while (port.getValue().poll(Duration.ZERO) != null) {
        left.add(port.getKey());
      }
    }
    assertThat(left).as("ports that the frame left by").hasSize(1);
    return left.get(0);
  }

  /** What changes when a controller writes. */
  private static List<Long> writes(DeviceStatistics statistics) {
    return List.of(
        statistics.updatesApplied(), statistics.updatesRefused(), statistics.pipelinesCommitted());
  }
}
