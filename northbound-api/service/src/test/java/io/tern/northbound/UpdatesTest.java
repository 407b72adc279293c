package io.tern.northbound;

import static io.tern.northbound.ApiFixture.backendRequest;
import static io.tern.northbound.ApiFixture.cidConfigRequest;
import static io.tern.northbound.ApiFixture.poolRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import io.grpc.Status.Code;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.CopyPolicy;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.Forwarding;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.Station;
import io.tern.proto.v1.UpdateBackendRequest;
import io.tern.proto.v1.UpdateDeviceRequest;
import io.tern.proto.v1.UpdatePoolRequest;
import io.tern.store.InMemoryIntentStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Options of pools and devices, and changes of what exists. */
class UpdatesTest {
  private static final Forwarding NAT =
      Forwarding.newBuilder().setNat(Forwarding.Nat.getDefaultInstance()).build();
  private static final Forwarding GUE =
      Forwarding.newBuilder().setGue(Forwarding.Gue.getDefaultInstance()).build();

  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiFixture(new InMemoryIntentStore());
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  private static FieldMask mask(String... paths) {
    return FieldMask.newBuilder().addAllPaths(List.of(paths)).build();
  }

  private Pool update(Pool.Builder pool, String... paths) {
    return api.pools()
        .updatePool(
            UpdatePoolRequest.newBuilder().setPool(pool).setUpdateMask(mask(paths)).build());
  }

  private Backend update(Backend.Builder backend, String... paths) {
    return api.backends()
        .updateBackend(
            UpdateBackendRequest.newBuilder()
                .setBackend(backend)
                .setUpdateMask(mask(paths))
                .build());
  }

  private Device update(Device.Builder device, String... paths) {
    return api.devices()
        .updateDevice(
            UpdateDeviceRequest.newBuilder().setDevice(device).setUpdateMask(mask(paths)).build());
  }

  private static Pool.Builder web() {
    return Pool.newBuilder().setName("pools/web");
  }

  private static Backend.Builder b1() {
    return Backend.newBuilder().setName("pools/web/backends/b1");
  }

  @Test
  void aPoolHasItsDefaults() {
    Pool pool = api.createPool("web");
    assertThat(pool.getForwarding().hasL2()).isTrue();
    assertThat(pool.getCountMigrated()).isTrue();
    assertThat(pool.getReplicateIcmpErrors()).isFalse();
    assertThat(pool.hasStateTimeout()).isFalse();
    assertThat(pool.getCheckCidLength()).isFalse();
  }

  @Test
  void aPoolIsCreatedWithEveryOption() {
    CreatePoolRequest.Builder request = poolRequest("web").toBuilder();
    request
        .getPoolBuilder()
        .setForwarding(GUE)
        .setCountMigrated(false)
        .setReplicateIcmpErrors(true)
        .setStateTimeout(Duration.newBuilder().setSeconds(30).setNanos(5_000))
        .setCheckCidLength(true);
    Pool pool = api.pools().createPool(request.build());
    assertThat(pool.getForwarding().getGue().getPort()).isEqualTo(6080);
    assertThat(pool.getCountMigrated()).isFalse();
    assertThat(pool.getReplicateIcmpErrors()).isTrue();
    assertThat(pool.getStateTimeout())
        .isEqualTo(Duration.newBuilder().setSeconds(30).setNanos(5_000).build());
    assertThat(pool.getCheckCidLength()).isTrue();
  }

  @Test
  void everyWrongOptionIsNamedAtOnce() {
    CreatePoolRequest.Builder request = poolRequest("web").toBuilder();
    request
        .getPoolBuilder()
        .setForwarding(
            Forwarding.newBuilder()
                .setIpIp(Forwarding.IpIp.newBuilder().setSourceEntropyMask(65_536)))
        .setStateTimeout(Duration.newBuilder().setSeconds(86_401));
    Refusal.of(() -> api.pools().createPool(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .field("pool.forwarding.ip_ip.source_entropy_mask", "65536", "0 to 65535")
        .field("pool.state_timeout", "PT24H1S", "1 second to 1 day");
    request.getPoolBuilder().setStateTimeout(Duration.newBuilder().setSeconds(Long.MAX_VALUE));
    request
        .getPoolBuilder()
        .setForwarding(Forwarding.newBuilder().setGue(Forwarding.Gue.newBuilder().setPort(65_536)));
    Refusal.of(() -> api.pools().createPool(request.build()))
        .is(Code.INVALID_ARGUMENT)
        .field("pool.forwarding.gue.port", "65536")
        .field("pool.state_timeout", "no duration");
  }

  @Test
  void anUpdateChangesTheFieldsOfItsMaskAndNoOthers() {
    Pool before = api.createPool("web");
    Pool after =
        update(web().setForwarding(NAT).setReplicateIcmpErrors(true), "replicate_icmp_errors");
    assertThat(after.getReplicateIcmpErrors()).isTrue();
    assertThat(after.getForwarding()).isEqualTo(before.getForwarding());
    assertThat(after.getEtag()).isNotEqualTo(before.getEtag());
  }

  @Test
  void withoutAMaskWhatIsSetIsChanged() {
    api.createPool("web");
    update(web().setReplicateIcmpErrors(true), "*");
    Pool after = update(web().setForwarding(NAT).setCountMigrated(false));
    assertThat(after.getForwarding().hasNat()).isTrue();
    assertThat(after.getCountMigrated()).isFalse();
    assertThat(after.getReplicateIcmpErrors()).isTrue();
  }

  @Test
  void aStarReplacesEverythingThatCanBeChanged() {
    api.createPool("web");
    update(
        web().setReplicateIcmpErrors(true).setStateTimeout(Duration.newBuilder().setSeconds(9)),
        "*");
    Pool after = update(web().setForwarding(NAT), "*");
    assertThat(after.getForwarding().hasNat()).isTrue();
    assertThat(after.getReplicateIcmpErrors()).isFalse();
    assertThat(after.hasStateTimeout()).isFalse();
  }

  @Test
  void aFieldThatCannotBeChangedIsNamedWithThoseThatCan() {
    api.createPool("web");
    Refusal.of(() -> update(web().setFallbackSlots(128), "fallback_slots"))
        .is(Code.INVALID_ARGUMENT)
        .field("update_mask", "\"fallback_slots\"", "forwarding", "check_cid_length");
  }

  @Test
  void anUpdateHonoursEtagsAndTriesOnly() {
    Pool before = api.createPool("web");
    Pool changed = update(web().setCheckCidLength(true).setEtag(before.getEtag()));
    Refusal.of(() -> update(web().setCheckCidLength(false).setEtag(before.getEtag()), "*"))
        .is(Code.ABORTED)
        .because("ETAG_MISMATCH");
    Intent intent = api.store.current();
    UpdatePoolRequest trial =
        UpdatePoolRequest.newBuilder()
            .setPool(web().setForwarding(NAT))
            .setValidateOnly(true)
            .build();
    assertThat(api.pools().updatePool(trial).getForwarding().hasNat()).isTrue();
    assertThat(api.store.current()).isSameAs(intent);
    // The same again changes nothing, and so not the etag.
    assertThat(update(web().setCheckCidLength(true))).isEqualTo(changed);
    assertThat(api.store.current().revision()).isEqualTo(intent.revision());
  }

  @Test
  void whatDoesNotExistCannotBeUpdated() {
    Refusal.of(() -> update(web())).is(Code.NOT_FOUND).resource("tern.io/Pool", "pools/web");
    Refusal.of(() -> update(Pool.newBuilder().setName("web")))
        .is(Code.INVALID_ARGUMENT)
        .onlyFields("pool.name");
    Refusal.of(() -> update(b1())).is(Code.NOT_FOUND);
    Refusal.of(() -> update(Device.newBuilder().setName("devices/s1"))).is(Code.NOT_FOUND);
  }

  @Test
  void aPoolWithTwoVipsCannotForwardByNat() {
    api.createPool("web");
    api.createVip("a", "198.51.100.1", "web");
    api.createVip("b", "198.51.100.2", "web");
    Refusal.of(() -> update(web().setForwarding(NAT)))
        .is(Code.FAILED_PRECONDITION)
        .precondition("pools/web")
        .saying("vips/a", "vips/b", "NAT");
  }

  @Test
  void aNatPoolTakesNoBackendOfTheOtherFamily() {
    api.createPool("web");
    update(web().setForwarding(NAT));
    api.createVip("a", "198.51.100.1", "web");
    Refusal.of(() -> api.createBackend("web", "b1", "2001:db8::1"))
        .is(Code.FAILED_PRECONDITION)
        .saying("vips/a", "IPv4", "pools/web/backends/b1", "IPv6");
  }

  @Test
  void configurationsThatDoNotDescribeTheirLengthAndAPoolThatChecksItNameEachOther() {
    api.createPool("web");
    api.cidConfigs().createCidConfig(cidConfigRequest("web", 3));
    Refusal.of(() -> update(web().setCheckCidLength(true)))
        .is(Code.FAILED_PRECONDITION)
        .saying("pools/web/cidConfigs/3", "length_self_description", "check_cid_length");
  }

  @Test
  void aBackendIsDrainedAndComesBack() {
    api.createPool("web");
    api.createBackend("web", "b1", "192.0.2.1");
    assertThat(update(b1().setState(Backend.State.DRAINING)).getState())
        .isEqualTo(Backend.State.DRAINING);
    Backend back = update(b1().setState(Backend.State.ACTIVE).setWeight(7), "state", "weight");
    assertThat(back.getState()).isEqualTo(Backend.State.ACTIVE);
    assertThat(back.getWeight()).isEqualTo(7);
    assertThat(back.getAddress()).isEqualTo("192.0.2.1");
  }

  @Test
  void nobodyCanAskForTheStateDrained() {
    api.createPool("web");
    api.createBackend("web", "b1", "192.0.2.1");
    Refusal.of(() -> update(b1().setState(Backend.State.DRAINED)))
        .is(Code.INVALID_ARGUMENT)
        .field("backend.state", "DRAINED", "ACTIVE or DRAINING");
    Refusal.of(() -> update(b1(), "state")).is(Code.INVALID_ARGUMENT);
    Refusal.of(() -> update(b1().setWeight(1001)))
        .is(Code.INVALID_ARGUMENT)
        .field("backend.weight", "1001", "0 to 1000");
  }

  @Test
  void weight0IsNotTheDefault() {
    api.createPool("web");
    CreateBackendRequest.Builder request = backendRequest("web", "b1", "192.0.2.1").toBuilder();
    assertThat(api.backends().createBackend(request.build()).getWeight()).isEqualTo(100);
    request.setBackendId("b2").getBackendBuilder().setAddress("192.0.2.2").setWeight(0);
    assertThat(api.backends().createBackend(request.build()).getWeight()).isZero();
    assertThat(update(b1().setWeight(0)).getWeight()).isZero();
    assertThat(api.store.current().backends().get(new BackendKey("web", "b1")).takesFallback())
        .isFalse();
  }

  @Test
  void aDeviceGetsTunnelSourcesAndCopies() {
    api.createDevice("s1", "s1:9559");
    Device.Builder s1 = Device.newBuilder().setName("devices/s1");
    Device after =
        update(
            s1.clone()
                .setTunnelSourceV4("192.0.2.254")
                .setTunnelSourceV6("2001:db8:0::fe")
                .setAnswerEcho(false)
                .setSteerOnly(true)
                .addCopies(CopyPolicy.newBuilder().setReason("neighbour").setPacketsPerSecond(10)));
    assertThat(after.getTunnelSourceV4()).isEqualTo("192.0.2.254");
    assertThat(after.getTunnelSourceV6()).isEqualTo("2001:db8::fe");
    assertThat(after.getAnswerEcho()).isFalse();
    assertThat(after.getSteerOnly()).isTrue();
    assertThat(after.getCopiesList())
        .containsExactly(
            CopyPolicy.newBuilder()
                .setReason("neighbour")
                .setPacketsPerSecond(10)
                .setBurst(10)
                .build());
    Device again =
        update(
            s1.clone()
                .addStations(Station.newBuilder().setMacAddress("02:00:00:00:00:c1").setPort(3)),
            "stations",
            "copies");
    assertThat(again.getStationsCount()).isEqualTo(1);
    assertThat(again.getCopiesList()).isEmpty();
    assertThat(again.getTunnelSourceV4()).isEqualTo("192.0.2.254");
  }

  @Test
  void everythingThatIsWrongWithADeviceIsNamed() {
    api.createDevice("s1", "s1:9559");
    Device.Builder device =
        Device.newBuilder()
            .setName("devices/s1")
            .setTunnelSourceV4("2001:db8::1")
            .setTunnelSourceV6("fe80::1")
            .addCopies(CopyPolicy.newBuilder().setReason("routed_by_cid").setPacketsPerSecond(1))
            .addCopies(
                CopyPolicy.newBuilder()
                    .setReason("neighbour")
                    .setPacketsPerSecond(1)
                    .setSampleMask(2))
            .addCopies(CopyPolicy.newBuilder().setReason("gossip").setPacketsPerSecond(1));
    Refusal.of(() -> update(device))
        .is(Code.INVALID_ARGUMENT)
        .field("device.tunnel_source_v4", "2001:db8::1", "IPv4")
        .field("device.tunnel_source_v6", "fe80::1", "link-local")
        .field("device.copies[0].reason", "count as routed_by_cid", "return_path")
        .field("device.copies[1]", "sample mask is 2", "power of two")
        .field("device.copies[2].reason", "\"gossip\"", "fallback_unknown_server");
    Refusal.of(() -> update(Device.newBuilder().setName("devices/s1"), "p4runtime_address"))
        .is(Code.INVALID_ARGUMENT)
        .field("update_mask", "p4runtime_address", "tunnel_source_v4");
  }
}
