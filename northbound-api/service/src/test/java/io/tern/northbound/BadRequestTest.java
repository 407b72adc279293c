package io.tern.northbound;

import static io.tern.northbound.ApiFixture.backendRequest;
import static io.tern.northbound.ApiFixture.cidConfigRequest;
import static io.tern.northbound.ApiFixture.deviceRequest;
import static io.tern.northbound.ApiFixture.poolRequest;
import static io.tern.northbound.ApiFixture.vipRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.tern.core.intent.Intent;
import io.tern.proto.v1.Backend.DevicePort;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.DeleteCidConfigRequest;
import io.tern.proto.v1.DeletePoolRequest;
import io.tern.proto.v1.GetCidConfigRequest;
import io.tern.proto.v1.GetPoolRequest;
import io.tern.proto.v1.GetVipRequest;
import io.tern.proto.v1.ListBackendsRequest;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.ListVipsRequest;
import io.tern.proto.v1.Station;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import io.tern.proto.v1.WatchBackendsRequest;
import io.tern.store.InMemoryIntentStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each bad request gets a precise error, and loses nothing that was accepted before. */
class BadRequestTest {
  private static final String KEY = "8f95f09245765f80256934e50c66207f";

  private ApiFixture api;
  private Intent before;

  @BeforeEach
  void somethingWasAccepted() throws Exception {
    api = new ApiFixture(new InMemoryIntentStore());
    api.createDevice("s1", "127.0.0.1:9559");
    api.createPool("web");
    api.createCidConfig("web", 0);
    api.activate("web", 0);
    api.createBackend("web", "b1", "192.0.2.1");
    api.createVip("front", "198.51.100.1", "web");
    before = api.store.current();
  }

  @AfterEach
  void nothingOfItIsLost() throws Exception {
    assertThat(api.store.current()).isSameAs(before);
    api.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Web", "1web", "web_1", "web-", "-", "pools/web", "wéb", "w w"})
  void malformedIds(String id) {
    Refusal.of(() -> api.createPool(id))
        .is(Code.INVALID_ARGUMENT)
        .because("FIELD_INVALID")
        .onlyFields("pool_id")
        .field("pool_id", "1 to 63 of a-z");
  }

  @Test
  void anIdThatIsOneCharacterTooLong() {
    Refusal.of(() -> api.createPool("a".repeat(64))).is(Code.INVALID_ARGUMENT).field("pool_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "web", "pool/web", "pools/web/", "/pools/web", "pools/web/x/y", "pools/WEB"})
  void malformedNames(String name) {
    Refusal.of(() -> api.pools().getPool(GetPoolRequest.newBuilder().setName(name).build()))
        .is(Code.INVALID_ARGUMENT)
        .field("name");
    Refusal.of(() -> api.pools().deletePool(DeletePoolRequest.newBuilder().setName(name).build()))
        .is(Code.INVALID_ARGUMENT)
        .field("name");
  }

  @Test
  void resourcesThatAreMissingFromTheirRequest() {
    Refusal.of(() -> api.pools().createPool(CreatePoolRequest.newBuilder().setPoolId("p").build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("pool");
    Refusal.of(() -> api.vips().createVip(CreateVipRequest.getDefaultInstance()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("vip_id", "vip");
    Refusal.of(() -> api.devices().createDevice(CreateDeviceRequest.getDefaultInstance()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("device_id", "device");
    Refusal.of(() -> api.backends().createBackend(CreateBackendRequest.getDefaultInstance()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("parent", "backend_id", "backend");
    Refusal.of(() -> api.cidConfigs().createCidConfig(CreateCidConfigRequest.getDefaultInstance()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("parent", "cid_config_id", "cid_config");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    CreateBackendRequest.Builder request =
        backendRequest("web", "b2", "server.example").toBuilder();
    request
        .getBackendBuilder()
        .setPort(65_536)
        .setWeight(-1)
        .getNextHopBuilder()
        .setMacAddress("01:00:5e:00:00:01")
        .addDevicePorts(DevicePort.newBuilder().setDevice("s1").setPort(511));
    Refusal.of(() -> api.backends().createBackend(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields(
            "backend.port",
            "backend.address",
            "backend.next_hop.mac_address",
            "backend.next_hop.device_ports[0].device",
            "backend.next_hop.device_ports[0].port",
            "backend.weight")
        .field("backend.address", "server.example", "literal")
        .field("backend.next_hop.device_ports[0].port", "511", "1 to 510");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "198.51.100",
        "198.51.100.256",
        "vip.example",
        "2001:db8::g",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1"
      })
  void addressesThatNoVipCanHave(String address) {
    Refusal.of(() -> api.createVip("v2", address, "web"))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("vip.address");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65_536, Integer.MAX_VALUE})
  void portsThatDoNotExist(int port) {
    CreateVipRequest.Builder request = vipRequest("v2", "198.51.100.2", "web").toBuilder();
    request.getVipBuilder().setPort(port);
    Refusal.of(() -> api.vips().createVip(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("vip.port")
        .field("vip.port", Integer.toString(port), "1 to 65535");
  }

  @Test
  void unknownPools() {
    Refusal.of(() -> api.createVip("v2", "198.51.100.2", "nowhere"))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Pool", "pools/nowhere")
        .field("vip.pool");
    Refusal.of(() -> api.createBackend("nowhere", "b2", "192.0.2.2"))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Pool", "pools/nowhere")
        .field("parent");
    Refusal.of(() -> api.createCidConfig("nowhere", 1))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Pool", "pools/nowhere");
    Refusal.of(
            () ->
                api.backends()
                    .listBackends(
                        ListBackendsRequest.newBuilder().setParent("pools/nowhere").build()))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Pool", "pools/nowhere");
    Refusal.of(
            () ->
                api.backends()
                    .watchBackends(
                        WatchBackendsRequest.newBuilder().setParent("pools/nowhere").build())
                    .next())
        .is(Code.NOT_FOUND)
        .resource("tern.io/Pool", "pools/nowhere");
  }

  @Test
  void unknownResources() {
    Refusal.of(() -> api.vips().getVip(GetVipRequest.newBuilder().setName("vips/nowhere").build()))
        .is(Code.NOT_FOUND)
        .because("RESOURCE_NOT_FOUND")
        .resource("tern.io/Vip", "vips/nowhere");
    Refusal.of(
            () ->
                api.cidConfigs()
                    .getCidConfig(
                        GetCidConfigRequest.newBuilder().setName("pools/web/cidConfigs/6").build()))
        .is(Code.NOT_FOUND)
        .resource("tern.io/CidConfig", "pools/web/cidConfigs/6");
    Refusal.of(
            () ->
                api.backends()
                    .deleteBackend(
                        DeleteBackendRequest.newBuilder()
                            .setName("pools/web/backends/b9")
                            .setEtag("0123456789abcdef")
                            .build()))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Backend", "pools/web/backends/b9");
  }

  @Test
  void anUnknownDeviceIsShownWithItsPlaceInTheRequest() {
    CreateBackendRequest.Builder request = backendRequest("web", "b2", "192.0.2.2").toBuilder();
    request
        .getBackendBuilder()
        .getNextHopBuilder()
        .addDevicePorts(DevicePort.newBuilder().setDevice("devices/s1").setPort(1))
        .addDevicePorts(DevicePort.newBuilder().setDevice("devices/s2").setPort(1));
    Refusal.of(() -> api.backends().createBackend(request.build()))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Device", "devices/s2")
        .field("backend.next_hop.device_ports[1].device");
  }

  @Test
  void namesThatAreTaken() {
    Refusal.of(() -> api.createPool("web"))
        .is(Code.ALREADY_EXISTS)
        .because("RESOURCE_EXISTS")
        .resource("tern.io/Pool", "pools/web");
    Refusal.of(() -> api.createVip("front", "198.51.100.2", "web"))
        .is(Code.ALREADY_EXISTS)
        .resource("tern.io/Vip", "vips/front");
    Refusal.of(() -> api.createBackend("web", "b1", "192.0.2.2"))
        .is(Code.ALREADY_EXISTS)
        .resource("tern.io/Backend", "pools/web/backends/b1");
    Refusal.of(() -> api.createCidConfig("web", 0))
        .is(Code.ALREADY_EXISTS)
        .resource("tern.io/CidConfig", "pools/web/cidConfigs/0");
    Refusal.of(() -> api.createDevice("s1", "127.0.0.1:9560"))
        .is(Code.ALREADY_EXISTS)
        .resource("tern.io/Device", "devices/s1");
  }

  @Test
  void addressesThatAreTaken() {
    Refusal.of(() -> api.createVip("v2", "198.51.100.1", "web"))
        .is(Code.ALREADY_EXISTS)
        .field("vip.address", "198.51.100.1", "vips/front");
    Refusal.of(() -> api.createBackend("web", "b2", "192.0.2.1"))
        .is(Code.ALREADY_EXISTS)
        .field("backend.address", "192.0.2.1", "pools/web/backends/b1");
    Refusal.of(() -> api.createDevice("s2", "127.0.0.1:9559"))
        .is(Code.ALREADY_EXISTS)
        .field("device.p4runtime_address", "devices/s1");
  }

  @ParameterizedTest
  @ValueSource(ints = {-128, 1, 100, 127, 1000, 2 << 20})
  void fallbackTablesThatAreNoPowerOfTwoInRange(int slots) {
    CreatePoolRequest.Builder request = poolRequest("p2").toBuilder();
    request.getPoolBuilder().setFallbackSlots(slots);
    Refusal.of(() -> api.pools().createPool(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("pool.fallback_slots")
        .field("pool.fallback_slots", Integer.toString(slots), "power of two");
  }

  @Test
  void illegalCidLengths() {
    refuseLengths(0, 4).onlyFields("cid_config.server_id_length");
    refuseLengths(16, 4).onlyFields("cid_config.server_id_length");
    refuseLengths(-1, 4).onlyFields("cid_config.server_id_length");
    refuseLengths(3, 3).onlyFields("cid_config.nonce_length");
    refuseLengths(1, 19).onlyFields("cid_config.nonce_length");
    refuseLengths(15, 5).onlyFields("cid_config.nonce_length").saying("20 octets", "at most 19");
    refuseLengths(0, 0).onlyFields("cid_config.server_id_length", "cid_config.nonce_length");
    refuseLengths(Integer.MAX_VALUE, Integer.MAX_VALUE)
        .onlyFields("cid_config.server_id_length", "cid_config.nonce_length");
  }

  private Refusal refuseLengths(int serverId, int nonce) {
    CreateCidConfigRequest.Builder request = cidConfigRequest("web", 1).toBuilder();
    request.getCidConfigBuilder().setServerIdLength(serverId).setNonceLength(nonce);
    return Refusal.of(() -> api.cidConfigs().createCidConfig(request.build()))
        .is(Code.INVALID_ARGUMENT);
  }

  @Test
  void algorithmsThatAreNotForTheirLengths() {
    refuseAlgorithm(CidAlgorithm.CID_ALGORITHM_SINGLE_PASS, 3, 4).saying("SINGLE_PASS", "16");
    refuseAlgorithm(CidAlgorithm.CID_ALGORITHM_FOUR_PASS, 8, 8).saying("use SINGLE_PASS");
    refuseAlgorithm(CidAlgorithm.CID_ALGORITHM_UNSPECIFIED, 3, 4).saying("is required");
    CreateCidConfigRequest.Builder request = cidConfigRequest("web", 1).toBuilder();
    request.getCidConfigBuilder().setAlgorithmValue(99);
    Refusal.of(() -> api.cidConfigs().createCidConfig(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("cid_config.algorithm");
  }

  private Refusal refuseAlgorithm(CidAlgorithm algorithm, int serverId, int nonce) {
    CreateCidConfigRequest.Builder request = cidConfigRequest("web", 1).toBuilder();
    request
        .getCidConfigBuilder()
        .setAlgorithm(algorithm)
        .setServerIdLength(serverId)
        .setNonceLength(nonce);
    return Refusal.of(() -> api.cidConfigs().createCidConfig(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("cid_config.algorithm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "8", "-1", "00", "a", "１"})
  void codepointsThatNoConfigurationHas(String codepoint) {
    Refusal.of(
            () ->
                api.cidConfigs()
                    .createCidConfig(
                        cidConfigRequest("web", 1).toBuilder().setCidConfigId(codepoint).build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("cid_config_id");
  }

  @Test
  void wrongKeysAreRefusedAndNotShown() {
    refuseKey(CidAlgorithm.CID_ALGORITHM_FOUR_PASS, KEY + "00").saying("17 octets", "has 16");
    refuseKey(CidAlgorithm.CID_ALGORITHM_FOUR_PASS, KEY.substring(2)).saying("15 octets");
    refuseKey(CidAlgorithm.CID_ALGORITHM_PLAINTEXT, KEY).saying("clear-text", "no key");
  }

  private Refusal refuseKey(CidAlgorithm algorithm, String key) {
    ByteString octets = ByteString.fromHex(key);
    CreateCidConfigRequest.Builder request = cidConfigRequest("web", 1).toBuilder();
    request.getCidConfigBuilder().setAlgorithm(algorithm).setKey(octets);
    Refusal refusal =
        Refusal.of(() -> api.cidConfigs().createCidConfig(request.build()))
            .is(Code.INVALID_ARGUMENT)
            .onlyFields("cid_config.key");
    assertThat(refusal.text())
        .doesNotContain(KEY.substring(2, 20))
        .doesNotContain(octets.toString());
    return refusal;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "::1:9559",
        "[::1]",
        "a b:1",
        ""
      })
  void p4RuntimeAddressesThatNobodyCanConnectTo(String target) {
    Refusal.of(() -> api.createDevice("s2", target))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("device.p4runtime_address")
        .field("device.p4runtime_address", "host:port");
  }

  @Test
  void devicesWithWrongParts() {
    CreateDeviceRequest.Builder request = deviceRequest("s2", "127.0.0.1:9560").toBuilder();
    request
        .getDeviceBuilder()
        .setDeviceId(0)
        .setMacAddress("not-a-mac")
        .addStations(Station.newBuilder().setMacAddress("02:00:00:00:00:01").setPort(1))
        .addStations(Station.newBuilder().setMacAddress("02:00:00:00:00:01").setPort(2))
        .addStations(Station.newBuilder().setMacAddress("02:00:00:00:00:02").setPort(-1));
    Refusal.of(() -> api.devices().createDevice(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields(
            "device.device_id",
            "device.mac_address",
            "device.stations[1].mac_address",
            "device.stations[2].port");
  }

  @Test
  void aDeviceThatIsListedTwice() {
    CreateBackendRequest.Builder request = backendRequest("web", "b2", "192.0.2.2").toBuilder();
    request
        .getBackendBuilder()
        .getNextHopBuilder()
        .addDevicePorts(DevicePort.newBuilder().setDevice("devices/s1").setPort(1))
        .addDevicePorts(DevicePort.newBuilder().setDevice("devices/s1").setPort(2));
    Refusal.of(() -> api.backends().createBackend(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("backend.next_hop.device_ports[1].device")
        .saying("twice");
  }

  @Test
  void aPoolThatIsInUse() {
    Refusal.of(
            () ->
                api.pools().deletePool(DeletePoolRequest.newBuilder().setName("pools/web").build()))
        .is(Code.FAILED_PRECONDITION)
        .because("STATE_FORBIDS")
        .precondition("pools/web")
        .saying("vips/front");
  }

  @Test
  void aCidConfigurationThatServersIssueCidsWith() {
    Refusal.of(
            () ->
                api.cidConfigs()
                    .deleteCidConfig(
                        DeleteCidConfigRequest.newBuilder()
                            .setName("pools/web/cidConfigs/0")
                            .build()))
        .is(Code.FAILED_PRECONDITION)
        .precondition("pools/web/cidConfigs/0");
  }

  @Test
  void aWrongEtag() {
    Refusal.of(
            () ->
                api.pools()
                    .deletePool(
                        DeletePoolRequest.newBuilder()
                            .setName("pools/web")
                            .setEtag("0123456789abcdef")
                            .build()))
        .is(Code.ABORTED)
        .because("ETAG_MISMATCH")
        .resource("tern.io/Pool", "pools/web");
  }

  @Test
  void aNegativePageSize() {
    Refusal.of(() -> api.vips().listVips(ListVipsRequest.newBuilder().setPageSize(-1).build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("page_size");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "!!!", "MQ", "MQpwb29scwpwb29scy8", "bnVsbA"})
  void pageTokensThatTheApiDidNotGiveOut(String token) {
    Refusal.of(
            () -> api.pools().listPools(ListPoolsRequest.newBuilder().setPageToken(token).build()))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("page_token");
  }

  @Test
  void aQuicServerThatIsNoBackend() {
    Refusal.of(() -> stream("pools/web/backends/b9"))
        .is(Code.NOT_FOUND)
        .resource("tern.io/Backend", "pools/web/backends/b9");
    Refusal.of(() -> stream("b1")).is(Code.INVALID_ARGUMENT).onlyFields("backend");
  }

  private void stream(String backend) {
    api.quicServers()
        .streamQuicServerConfig(
            StreamQuicServerConfigRequest.newBuilder().setBackend(backend).build())
        .next();
  }

  @Test
  void longOrUnprintableTextDoesNotBurstTheAnswer() {
    String text = "é\n".repeat(100_000);
    CreateBackendRequest.Builder request = backendRequest("web", "b2", text).toBuilder();
    for (int i = 0; i < 100; i++) {
      request
          .getBackendBuilder()
          .getNextHopBuilder()
          .addDevicePorts(DevicePort.newBuilder().setDevice(text.substring(0, 9000)));
    }
    Refusal refusal =
        Refusal.of(() -> api.backends().createBackend(request.build())).is(Code.INVALID_ARGUMENT);
    // Base64 in a trailer makes four octets of three; clients take 8,192.
    assertThat(refusal.octets()).isLessThan(6_000 * 3 / 4);
    assertThat(refusal.text()).doesNotContain("é");
  }
}
