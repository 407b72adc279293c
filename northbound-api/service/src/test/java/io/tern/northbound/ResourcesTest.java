package io.tern.northbound;

import static io.tern.northbound.ApiFixture.cidConfigRequest;
import static io.tern.northbound.ApiFixture.poolRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status.Code;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.DeleteVipRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.GetBackendRequest;
import io.tern.proto.v1.GetCidConfigRequest;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.GetVipRequest;
import io.tern.proto.v1.ListCidConfigsRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.Vip;
import io.tern.store.InMemoryIntentStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the standard methods do when nothing is wrong. */
class ResourcesTest {
  private static final ByteString KEY = ByteString.fromHex("8f95f09245765f80256934e50c66207f");

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
  void aCreatedResourceHasNameEtagCreateTimeAndDefaults() {
    Pool pool = api.createPool("web");
    assertThat(pool.getName()).isEqualTo("pools/web");
    assertThat(pool.getFallbackSlots()).isEqualTo(65_536);
    assertThat(pool.getEtag()).isNotEmpty();
    assertThat(pool.getCreateTime())
        .isEqualTo(Timestamp.newBuilder().setSeconds(ApiFixture.START.getEpochSecond()).build());
  }

  @Test
  void fieldsThatTheServerFillsAreIgnoredOnInput() {
    CreatePoolRequest.Builder request = poolRequest("web").toBuilder();
    request.getPoolBuilder().setName("pools/other").setEtag("mine");
    Pool pool = api.pools().createPool(request.build());
    assertThat(pool.getName()).isEqualTo("pools/web");
    assertThat(pool.getEtag()).isNotEqualTo("mine");
  }

  @Test
  void whatIsReadIsWhatWasCreated() {
    api.createPool("web");
    Vip created = api.createVip("front", "2001:db8:0:0:0:0:0:1", "web");
    assertThat(api.vips().getVip(GetVipRequest.newBuilder().setName("vips/front").build()))
        .isEqualTo(created);
    assertThat(created.getAddress()).as("RFC 5952").isEqualTo("2001:db8::1");
    assertThat(created.getPool()).isEqualTo("pools/web");
  }

  @Test
  void validateOnlyAnswersAndChangesNothing() {
    api.createPool("web");
    Intent before = api.store.current();
    CreateVipRequest request =
        ApiFixture.vipRequest("front", "198.51.100.1", "web").toBuilder()
            .setValidateOnly(true)
            .build();
    assertThat(api.vips().createVip(request).getName()).isEqualTo("vips/front");
    assertThat(api.store.current()).isSameAs(before);
    Refusal.of(
            () ->
                api.vips()
                    .createVip(
                        request.toBuilder()
                            .setVip(request.getVip().toBuilder().setPool("pools/nowhere"))
                            .build()))
        .is(Code.NOT_FOUND);
  }

  @Test
  void deletingNeedsNoEtagButHonoursOne() {
    api.createPool("web");
    String etag = api.createVip("front", "198.51.100.1", "web").getEtag();
    DeleteVipRequest request = DeleteVipRequest.newBuilder().setName("vips/front").build();
    Refusal.of(() -> api.vips().deleteVip(request.toBuilder().setEtag("x" + etag).build()))
        .is(Code.ABORTED);
    api.vips().deleteVip(request.toBuilder().setEtag(etag).build());
    Refusal.of(() -> api.vips().deleteVip(request)).is(Code.NOT_FOUND);
    api.createVip("front", "198.51.100.1", "web");
    api.vips().deleteVip(request);
    assertThat(api.store.current().vips()).isEmpty();
  }

  @Test
  void anEtagChangesWithItsResource() {
    api.createPool("web");
    String before = api.createBackend("web", "b1", "192.0.2.1").getEtag();
    api.createCidConfig("web", 0); // Gives the backend a server ID.
    DeleteBackendRequest stale =
        DeleteBackendRequest.newBuilder().setName("pools/web/backends/b1").setEtag(before).build();
    Refusal.of(() -> api.backends().deleteBackend(stale)).is(Code.ABORTED);
  }

  @Test
  void aBackendShowsItsServerIdForEachConfiguration() {
    api.createPool("web");
    api.createCidConfig("web", 0);
    api.createBackend("web", "b1", "192.0.2.1");
    api.createCidConfig("web", 5);
    Backend backend =
        api.backends()
            .getBackend(GetBackendRequest.newBuilder().setName("pools/web/backends/b1").build());
    assertThat(backend.getServerIdsList())
        .extracting(serverId -> serverId.getCidConfig())
        .containsExactly("pools/web/cidConfigs/0", "pools/web/cidConfigs/5");
    assertThat(backend.getServerIdsList())
        .allSatisfy(serverId -> assertThat(serverId.getServerId().size()).isEqualTo(3));
    assertThat(backend.getState()).isEqualTo(Backend.State.ACTIVE);
    assertThat(backend.getWeight()).isEqualTo(100);
  }

  @Test
  void aKeyGoesInAndNeverComesOut() {
    api.createPool("web");
    CreateCidConfigRequest.Builder request = cidConfigRequest("web", 1).toBuilder();
    request.getCidConfigBuilder().setAlgorithm(CidAlgorithm.CID_ALGORITHM_FOUR_PASS).setKey(KEY);
    CidConfig created = api.cidConfigs().createCidConfig(request.build());
    CidConfig read =
        api.cidConfigs()
            .getCidConfig(
                GetCidConfigRequest.newBuilder().setName("pools/web/cidConfigs/1").build());
    List<CidConfig> listed =
        api.cidConfigs()
            .listCidConfigs(ListCidConfigsRequest.newBuilder().setParent("pools/web").build())
            .getCidConfigsList();
    assertThat(List.of(created, read, listed.get(0)))
        .allSatisfy(config -> assertThat(config.getKey().isEmpty()).isTrue());
    assertThat(created.getState()).isEqualTo(CidConfig.State.PREPARED);
    assertThat(storedKey("web", 1)).isEqualTo(KEY);
  }

  @Test
  void anEncryptedConfigurationWithoutAKeyGetsOneOfItsOwn() {
    api.createPool("web");
    for (int codepoint = 1; codepoint <= 2; codepoint++) {
      CreateCidConfigRequest.Builder request = cidConfigRequest("web", codepoint).toBuilder();
      request
          .getCidConfigBuilder()
          .setAlgorithm(CidAlgorithm.CID_ALGORITHM_SINGLE_PASS)
          .setServerIdLength(8)
          .setNonceLength(8);
      assertThat(api.cidConfigs().createCidConfig(request.build()).getKey().isEmpty()).isTrue();
    }
    assertThat(storedKey("web", 1).size()).isEqualTo(16);
    assertThat(storedKey("web", 1)).isNotEqualTo(storedKey("web", 2));
    assertThat(storedKey("web", 1)).isNotEqualTo(ByteString.copyFrom(new byte[16]));
  }

  private ByteString storedKey(String pool, int codepoint) {
    return ByteString.copyFrom(
        api.store
            .current()
            .cidConfigs()
            .get(new CidConfigKey(pool, codepoint))
            .quicLb()
            .key()
            .orElseThrow()
            .toByteArray());
  }

  @Test
  void aDeviceShowsHowItStands() {
    Device created = api.createDevice("s1", "127.0.0.1:9559");
    assertThat(created.getConnectionState()).isEqualTo(Device.ConnectionState.CONNECTING);
    List<String> problems =
        java.util.stream.IntStream.range(0, 20).mapToObj(i -> "problem " + i).toList();
    api.statuses.set("s1", new DeviceStatus(DeviceStatus.Connection.DEGRADED, 7, 12, problems));
    Device device =
        api.devices().getDevice(GetDeviceRequest.newBuilder().setName("devices/s1").build());
    assertThat(device.getConnectionState()).isEqualTo(Device.ConnectionState.DEGRADED);
    assertThat(device.getSyncedRevision()).isEqualTo(7);
    assertThat(device.getEntitiesWritten()).isEqualTo(12);
    assertThat(device.getProblemsList()).isEqualTo(problems.subList(0, 16));
    assertThat(device.getEtag()).as("the etag is of the intent").isEqualTo(created.getEtag());
  }

  @Test
  void aDeviceIdIsUnsigned() {
    var request = ApiFixture.deviceRequest("s1", "127.0.0.1:9559").toBuilder();
    request.getDeviceBuilder().setDeviceId(-1L);
    assertThat(api.devices().createDevice(request.build()).getDeviceId()).isEqualTo(-1L);
  }
}
