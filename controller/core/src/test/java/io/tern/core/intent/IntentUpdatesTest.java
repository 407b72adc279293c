package io.tern.core.intent;

import static io.tern.core.intent.IntentFixtures.T0;
import static io.tern.core.intent.IntentFixtures.backendSpec;
import static io.tern.core.intent.IntentFixtures.mac;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentException.Kind;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Options of pools and devices, changes of backends, and what goes with what. */
class IntentUpdatesTest {
  private static final BackendKey A = new BackendKey("web", "a");
  private static final PoolOptions NAT = PoolOptions.DEFAULT.withForwarding(new Forwarding.Nat());

  private final History history =
      new History()
          .leaf()
          .pool("web", 256)
          .vip("front", "192.0.2.1", 443, "web")
          .backend("web", "a", 1);

  private IntentException refused(IntentStore.Change change) {
    IntentException e =
        catchThrowableOfType(IntentException.class, () -> change.apply(history.intent()));
    assertThat(e).as("the change is refused").isNotNull();
    return e;
  }

  @Test
  void theSameOptionsAgainAreNoChange() throws IntentException {
    Intent before = history.options("web", NAT).intent();
    assertThat(IntentChanges.updatePool(before, "web", NAT)).isSameAs(before);
    assertThat(IntentChanges.updateBackend(before, A, 100, Backend.State.ACTIVE)).isSameAs(before);
    assertThat(IntentChanges.updateDevice(before, before.devices().get("leaf"))).isSameAs(before);
  }

  @Test
  void aNatPoolRefusesASecondVipAndSaysWhy() {
    history.options("web", NAT);
    IntentException e =
        refused(
            i ->
                IntentChanges.createVip(
                    i, new Vip("other", Endpoint.of("192.0.2.2", 443), "web", false, T0)));
    assertThat(e.kind()).isEqualTo(Kind.FAILED_PRECONDITION);
    assertThat(e.field()).isEqualTo("vip.pool");
    assertThat(e)
        .hasMessage(
            "pools/web forwards by NAT and would have two VIPs, vips/front and vips/other; an answer"
                + " of a backend does not show which of them its client talks to, so the way back"
                + " needs exactly one: make a pool for each VIP, with backend ports of its own, or"
                + " take another way of forwarding");
  }

  @Test
  void aNatPoolHasOneAddressFamily() {
    history.options("web", NAT).apply(i -> IntentChanges.deleteVip(i, "front"));
    assertThat(
            refused(
                i ->
                    IntentChanges.createVip(
                        i, new Vip("v6", Endpoint.of("2001:db8::1", 443), "web", false, T0))))
        .hasMessage(
            "pools/web forwards by NAT, which does not change the address family: vips/v6 has an"
                + " IPv6 address and pools/web/backends/a an IPv4 one; take addresses of one family,"
                + " or a pool for each");
  }

  @Test
  void twoNatPoolsDoNotShareAnEndpoint() {
    history
        .options("web", NAT)
        .pool("api", 256)
        .apply(
            i ->
                IntentChanges.createBackend(
                    i,
                    new BackendSpec(
                        "api",
                        "same",
                        i.backends().get(A).endpoint(),
                        new Backend.NextHop(mac(1), Map.of()),
                        100,
                        T0)));
    assertThat(refused(i -> IntentChanges.updatePool(i, "api", NAT)))
        .hasMessage(
            "pools/api/backends/same and pools/web/backends/a would share 198.51.100.2:4433, and both"
                + " pools forward by NAT: what comes from there could belong to either VIP; take"
                + " another port for one of them");
  }

  @Test
  void aPoolThatChecksLengthsTakesNoConfigurationThatDoesNotDescribeThem() {
    history.options("web", PoolOptions.DEFAULT.withCheckCidLength(true));
    IntentException e =
        refused(
            i ->
                IntentChanges.createCidConfig(
                    i, new CidConfigSpec("web", IntentFixtures.clear(2, 3), T0)));
    assertThat(e.field()).isEqualTo("cid_config.length_self_description");
    assertThat(e).hasMessageContaining("pools/web").hasMessageContaining("pools/web/cidConfigs/2");
  }

  @Test
  void aBackendDrainsAndComesBackButNotFromDrained() throws IntentException {
    Intent draining = IntentChanges.updateBackend(history.intent(), A, 100, Backend.State.DRAINING);
    assertThat(draining.backends().get(A).takesFallback()).isFalse();
    Intent active = IntentChanges.updateBackend(draining, A, 7, Backend.State.ACTIVE);
    assertThat(active.backends().get(A).takesFallback()).isTrue();
    assertThat(active.backends().get(A).weight()).isEqualTo(7);

    assertThat(refused(i -> IntentChanges.updateBackend(i, A, 100, Backend.State.DRAINED)).kind())
        .isEqualTo(Kind.INVALID_ARGUMENT);
    history.state("web", "a", Backend.State.DRAINED);
    assertThat(refused(i -> IntentChanges.updateBackend(i, A, 100, Backend.State.ACTIVE)))
        .hasMessageContaining("pools/web/backends/a is DRAINED")
        .hasMessageContaining("create another backend");
  }

  @Test
  void backendsOfWeight0NeedNoSlots() {
    // 256 slots are enough for two that have a weight.
    history
        .backend("web", "b", 2)
        .apply(i -> IntentChanges.createBackend(i, worker("w1", 3)))
        .apply(i -> IntentChanges.createBackend(i, worker("w2", 4)));
    assertThat(
            refused(i -> IntentChanges.createBackend(i, backendSpec("web", "c", 5, Map.of())))
                .kind())
        .isEqualTo(Kind.FAILED_PRECONDITION);
    assertThat(
            refused(
                    i ->
                        IntentChanges.updateBackend(
                            i, new BackendKey("web", "w1"), 1, Backend.State.ACTIVE))
                .field())
        .isEqualTo("pools/web");
  }

  private static BackendSpec worker(String id, int n) {
    BackendSpec spec = backendSpec("web", id, n, Map.of());
    return new BackendSpec("web", id, spec.endpoint(), spec.nextHop(), 0, T0);
  }

  @Test
  void anotherTargetIsAnotherDevice() {
    assertThat(
            refused(
                i -> {
                  Device leaf = i.devices().get("leaf");
                  return IntentChanges.updateDevice(
                      i,
                      new Device(
                          "leaf", "other:1", 1, leaf.mac(), leaf.stations(), leaf.createTime()));
                }))
        .hasMessage(
            "devices/leaf is P4Runtime device 1 at leaf.example:9559 for good; delete it and create"
                + " another one");
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheRange() {
    illegal(
        () -> new Forwarding.IpIp(65_536),
        "source entropy mask is 65536; it must be 0 to 65535 (0xffff)");
    illegal(() -> new Forwarding.Gue(0), "GUE port is 0; it must be 1 to 65535");
    illegal(
        () -> PoolOptions.DEFAULT.withStateTimeout(Optional.of(Duration.ofMillis(999))),
        "state time-out is PT0.999S; it must be 1 second to 1 day (86400 s), in whole microseconds");
    illegal(
        () -> PoolOptions.DEFAULT.withStateTimeout(Optional.of(Duration.ofSeconds(1, 1))),
        "state time-out is PT1.000000001S; it must be 1 second to 1 day (86400 s), in whole"
            + " microseconds");
    illegal(() -> new CopyPolicy(0, 1, 0), "packets per second is 0; it must be 1 to 100000");
    illegal(() -> new CopyPolicy(1, 100_001, 0), "burst is 100001; it must be 1 to 100000");
    illegal(
        () -> new CopyPolicy(1, 1, 5),
        "sample mask is 5; it must be a power of two up to 65536, less one (0 copies each packet)");
    illegal(
        () -> CopyPolicy.check(Reason.RETURN_PATH),
        "packets that count as return_path are never copied to the controller; it must be none of"
            + " not_vip, routed_by_cid, packet_out, return_path");
  }

  @Test
  void tunnelSourcesAreAddressesOfOneHostAndOfTheirFamily() {
    for (String wrong : new String[] {"224.0.0.1", "0.0.0.0", "169.254.0.1", "2001:db8::1"}) {
      illegal(
          () -> Device.checkTunnelSourceV4(Endpoint.parseAddress(wrong)),
          "tunnel source is "
              + wrong
              + "; it must be an IPv4 address of one host, and not link-local");
    }
    for (String wrong : new String[] {"ff02::1", "::", "fe80::1", "192.0.2.1"}) {
      illegal(
          () -> Device.checkTunnelSourceV6(Endpoint.parseAddress(wrong)),
          "tunnel source is "
              + wrong
              + "; it must be an IPv6 address of one host, and not link-local");
    }
  }

  private static void illegal(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
