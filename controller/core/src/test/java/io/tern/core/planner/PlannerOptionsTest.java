package io.tern.core.planner;

import static io.tern.core.planner.ReadablePlan.readable;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.QuicLbConfig;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.Vip;
import io.tern.core.planner.Unsupported.Kind;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the options of pools and devices add to a plan. */
class PlannerOptionsTest {
  private static final DeviceCapabilities CONTRACT = DeviceCapabilities.ofContract();

  /** Backend "a" is 198.51.100.2:4433 by port 11. */
  private final History history =
      new History()
          .leaf()
          .pool("web", 512)
          .vip("v4", "192.0.2.1", 443, "web")
          .backend("web", "a", 1);

  private DevicePlan plan() {
    return plan(CONTRACT);
  }

  private DevicePlan plan(DeviceCapabilities capabilities) {
    return new Planner().plan(history.intent(), "leaf", capabilities);
  }

  private int number(String backend) {
    return history.intent().backends().get(new BackendKey("web", backend)).number();
  }

  private PlannerOptionsTest v6Backend(String id, int n) {
    history.apply(
        i ->
            IntentChanges.createBackend(
                i,
                new BackendSpec(
                    "web",
                    id,
                    Endpoint.of("2001:db8:b::" + n, 4433),
                    new Backend.NextHop(IntentFixtures.mac(n), Map.of("leaf", 10 + n)),
                    Backend.DEFAULT_WEIGHT,
                    IntentFixtures.T0)));
    return this;
  }

  private void forwarding(Forwarding forwarding) {
    history.options("web", PoolOptions.DEFAULT.withForwarding(forwarding));
  }

  private void tunnelSources(String v4, String v6) {
    history.device(
        "leaf",
        device ->
            device.withTunnelSources(
                Optional.ofNullable(v4).map(Endpoint::parseAddress),
                Optional.ofNullable(v6).map(Endpoint::parseAddress)));
  }

  @Test
  void ipInIpGoesFromTheTunnelSourceOfTheBackendsFamilyToItsAddress() {
    v6Backend("b", 2);
    tunnelSources("192.0.2.254", "2001:db8::fe");
    forwarding(new Forwarding.IpIp(0xff));
    assertThat(readable(plan(), "backend"))
        .containsExactly(
            "backend("
                + number("a")
                + ") -> tunnel_ipip_v4(11, 0x020000000001, 0x0200000000fe, 0xc00002fe, 0xc6336402,"
                + " 255)",
            "backend("
                + number("b")
                + ") -> tunnel_ipip_v6(12, 0x020000000002, 0x0200000000fe,"
                + " 0x20010db80000000000000000000000fe, 0x20010db8000b00000000000000000002, 255)");
    assertThat(plan().unsupported()).isEmpty();
  }

  @Test
  void gueNamesItsPort() {
    v6Backend("b", 2);
    tunnelSources("192.0.2.254", "2001:db8::fe");
    forwarding(new Forwarding.Gue(6080));
    assertThat(readable(plan(), "backend"))
        .containsExactly(
            "backend("
                + number("a")
                + ") -> tunnel_gue_v4(11, 0x020000000001, 0x0200000000fe, 0xc00002fe, 0xc6336402,"
                + " 6080)",
            "backend("
                + number("b")
                + ") -> tunnel_gue_v6(12, 0x020000000002, 0x0200000000fe,"
                + " 0x20010db80000000000000000000000fe, 0x20010db8000b00000000000000000002, 6080)");
  }

  @Test
  void aTunnelWithoutSourceIsReportedAndThePoolIsNotServed() {
    v6Backend("b", 2);
    tunnelSources("192.0.2.254", null);
    forwarding(new Forwarding.IpIp(0));
    assertThat(plan().unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_TUNNEL_SOURCE,
                "pools/web",
                "devices/leaf has no IPv6 tunnel source, which IP-in-IP to its IPv6 backends needs:"
                    + " set tunnel_source_v6 of devices/leaf; packets to its VIPs pass by L2 on"
                    + " devices/leaf"));
    assertThat(readable(plan(), "vip_v4", "backend", "echo_v4")).isEmpty();
  }

  @Test
  void natTranslatesAndGivesAnswersTheVipsAddressAgain() {
    forwarding(new Forwarding.Nat());
    assertThat(readable(plan(), "backend", "return_path_v4"))
        .containsExactly(
            "backend("
                + number("a")
                + ") -> nat_v4(11, 0x020000000001, 0x0200000000fe, 0xc6336402, 4433)",
            "return_path_v4(0xc6336402, 4433) -> un_nat_v4(0xc0000201, 443)");
  }

  @Test
  void workersOfWeight0HaveTheirOwnPortsAndNoPartInTheFallback() {
    history
        .plaintext("web", 0, 3)
        .apply(
            i ->
                IntentChanges.createBackend(
                    i,
                    new BackendSpec(
                        "web",
                        "a-worker",
                        Endpoint.of("198.51.100.2", 5001),
                        new Backend.NextHop(IntentFixtures.mac(1), Map.of("leaf", 11)),
                        0,
                        IntentFixtures.T0)));
    forwarding(new Forwarding.Nat());
    assertThat(readable(plan(), "return_path_v4"))
        .containsExactly(
            "return_path_v4(0xc6336402, 4433) -> un_nat_v4(0xc0000201, 443)",
            "return_path_v4(0xc6336402, 5001) -> un_nat_v4(0xc0000201, 443)");
    assertThat(readable(plan(), "server_id")).hasSize(2);
    assertThat(plan().entries().values())
        .filteredOn(entry -> entry.key().tableId() == Tables.Fallback.ID)
        .hasSize(512)
        .extracting(entry -> entry.action().params().get(0).toBigInteger().intValue())
        .containsOnly(number("a"));
  }

  @Test
  void aPoolWhoseBackendsAllHaveWeight0HasNoFallback() {
    history.weight("web", "a", 0);
    assertThat(plan().entries().keySet()).noneMatch(key -> key.tableId() == Tables.Fallback.ID);
    assertThat(readable(plan(), "backend", "vip_v4")).hasSize(2);
  }

  @Test
  void statefulPoolsSayWhichBackendsStillServe() {
    history
        .backend("web", "b", 2)
        .backend("web", "c", 3)
        .state("web", "b", Backend.State.DRAINING)
        .state("web", "c", Backend.State.DRAINED)
        .options("web", PoolOptions.DEFAULT.withStateTimeout(Optional.of(Duration.ofSeconds(30))));
    assertThat(readable(plan(), "vip_v4", "serving_backend"))
        .containsExactlyInAnyOrder(
            "vip_v4(0xc0000201, 443) -> set_pool_stateful(2, 511, 1, 0, 0x01c9c380)",
            "serving_backend(" + number("a") + ") -> still_serves()",
            "serving_backend(" + number("b") + ") -> still_serves()");
  }

  @Test
  void aProgramWithoutStateServesThePoolWithoutAndSaysSo() {
    history.options(
        "web", PoolOptions.DEFAULT.withStateTimeout(Optional.of(Duration.ofSeconds(30))));
    DevicePlan plan =
        plan(CONTRACT.without(Set.of(Actions.SetPoolStateful.ID, Tables.ServingBackend.ID)));
    assertThat(readable(plan, "vip_v4", "serving_backend"))
        .containsExactly("vip_v4(0xc0000201, 443) -> set_pool(2, 511, 1, 0)");
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_STATE,
                "pools/web",
                "the program of devices/leaf remembers no connections; those with unroutable CIDs"
                    + " may change their backend when the pool changes"));
  }

  @Test
  void migrationsAreCountedOnlyWhereThePoolAsksForIt() {
    history.options("web", PoolOptions.DEFAULT.withCountMigrated(false));
    assertThat(readable(plan(), "vip_v4"))
        .containsExactly("vip_v4(0xc0000201, 443) -> set_pool(2, 511, 0, 0)");
  }

  @Test
  void migrationsOfAPoolThatTheCounterHasNoCellForAreNotCountedAndThatIsSaid() {
    DevicePlan plan = plan(CONTRACT.withCounterSize(Counters.Migrated.ID, 2));

    assertThat(readable(plan, "vip_v4"))
        .containsExactly("vip_v4(0xc0000201, 443) -> set_pool(2, 511, 0, 0)");
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_COUNTER,
                "pools/web",
                "the counter migrated of the program of devices/leaf has 2 cells, and the pool's"
                    + " number is 2; its migrations are not counted there. A profile whose"
                    + " size.pool is above the number counts them, one with 65536 those of every"
                    + " pool"));
  }

  @Test
  void theLastCellOfTheCounterIsAPoolsAsWell() {
    DevicePlan plan = plan(CONTRACT.withCounterSize(Counters.Migrated.ID, 3));

    assertThat(plan).isEqualTo(plan());
    assertThat(plan.unsupported()).isEmpty();
  }

  @Test
  void aStatefulPoolWithoutACellIsServedWithItsState() {
    history.options(
        "web", PoolOptions.DEFAULT.withStateTimeout(Optional.of(Duration.ofSeconds(30))));

    DevicePlan plan = plan(CONTRACT.without(Set.of(Counters.Migrated.ID)));

    assertThat(readable(plan, "vip_v4"))
        .containsExactly("vip_v4(0xc0000201, 443) -> set_pool_stateful(2, 511, 0, 0, 0x01c9c380)");
    assertThat(plan.unsupported()).extracting(Unsupported::kind).containsExactly(Kind.NO_COUNTER);
  }

  @Test
  void aPoolThatWantsNoCountOrOnlySteersMissesNoCell() {
    DeviceCapabilities none = CONTRACT.without(Set.of(Counters.Migrated.ID));
    history.options("web", PoolOptions.DEFAULT.withCountMigrated(false));
    assertThat(plan(none).unsupported()).isEmpty();

    history
        .pool("steered", 512)
        .apply(
            i ->
                IntentChanges.createVip(
                    i,
                    new Vip(
                        "s", Endpoint.of("192.0.2.9", 443), "steered", true, IntentFixtures.T0)));
    assertThat(plan(none).unsupported()).isEmpty();
  }

  @Test
  void aPoolThatChecksLengthsSaysSoInItsConfigurations() {
    history
        .options("web", PoolOptions.DEFAULT.withCheckCidLength(true))
        .apply(
            i ->
                IntentChanges.createCidConfig(
                    i,
                    new CidConfigSpec(
                        "web",
                        new QuicLbConfig(1, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), true),
                        IntentFixtures.T0)));
    assertThat(readable(plan(), "cid_config"))
        .singleElement()
        .asString()
        .endsWith(", 0xffffff000000000000000000000000, 8, 1)");
  }

  @Test
  void replicatedIcmpErrorsHaveAGroupWithAReplicaForEachBackend() {
    history
        .backend("web", "b", 2, Map.of("leaf", 11))
        .options("web", PoolOptions.DEFAULT.withReplicateIcmpErrors(true));
    int group = 1 + history.intent().pools().get("web").number();
    int first = 1 + number("a");
    int second = 1 + number("b");

    DevicePlan plan = plan();

    assertThat(readable(plan, "vip_v4", "replica"))
        .containsExactly(
            "vip_v4(0xc0000201, 443) -> set_pool(2, 511, 1, " + group + ")",
            "replica(" + first + ") -> replicate_l2(0x020000000001, 0x0200000000fe)",
            "replica(" + second + ") -> replicate_l2(0x020000000002, 0x0200000000fe)");
    assertThat(plan.groups())
        .containsExactly(
            MulticastGroup.ofPorts(Planner.FLOOD_GROUP, Set.of(1, 2, 11)),
            new MulticastGroup(
                group, new TreeSet<>(List.of(new Replica(11, first), new Replica(11, second)))));
  }

  @Test
  void replicasAreReachedAsTheBackendsAre() {
    history.options(
        "web",
        PoolOptions.DEFAULT.withReplicateIcmpErrors(true).withForwarding(new Forwarding.Nat()));
    assertThat(readable(plan(), "replica"))
        .containsExactly(
            "replica("
                + (1 + number("a"))
                + ") -> replicate_nat_v4(0x020000000001, 0x0200000000fe, 0xc6336402, 4433)");
  }

  @Test
  void replicasThatDoNotFitLeaveIcmpErrorsToTheFallback() {
    history.options("web", PoolOptions.DEFAULT.withReplicateIcmpErrors(true));
    DevicePlan plan = plan(CONTRACT.withTableSize(Tables.Replica.ID, 0));
    assertThat(readable(plan, "vip_v4", "replica"))
        .containsExactly("vip_v4(0xc0000201, 443) -> set_pool(2, 511, 1, 0)");
    assertThat(plan.groups()).hasSize(1);
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.TABLE_FULL,
                "pools/web",
                "table replica has room for 0 more entries of 0, 1 are needed; ICMP errors that name"
                    + " no backend of the pool go where its fallback says on devices/leaf"));
  }

  @Test
  void aHostWithoutL2GetsNeitherADefaultActionNorAFloodGroup() {
    DevicePlan plan =
        plan(CONTRACT.without(Set.of(Tables.L2.ID, Actions.L2Flood.ID, Actions.L2Drop.ID)));

    assertThat(plan.defaultActions()).isEmpty();
    assertThat(plan.groups()).isEmpty();
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_STATIONS,
                "devices/leaf",
                "devices/leaf has no table l2: what is no VIP's does not go to its stations"));
    assertThat(readable(plan, "vip_v4")).hasSize(1);
  }

  @Test
  void aProgramWithoutReplicasIsReported() {
    history.options("web", PoolOptions.DEFAULT.withReplicateIcmpErrors(true));
    DevicePlan plan = plan(CONTRACT.without(Set.of(Tables.Replica.ID)));
    assertThat(plan.unsupported())
        .extracting(Unsupported::kind)
        .containsExactly(Kind.NO_REPLICATION);
    assertThat(readable(plan, "vip_v4")).hasSize(1);
  }

  @Test
  void aProgramWithoutTheWayOfForwardingIsReported() {
    forwarding(new Forwarding.Nat());
    assertThat(plan(CONTRACT.without(Set.of(Actions.NatV4.ID))).unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_FORWARDING,
                "pools/web",
                "the program of devices/leaf has no action nat_v4, which NAT to its IPv4 backends"
                    + " needs; packets to its VIPs pass by L2 on devices/leaf"));
  }

  @Test
  void aProgramWithoutAnAddressFamilyServesTheVipsOfTheOther() {
    history.vip("v6", "2001:db8::1", 443, "web");
    DevicePlan plan = plan(CONTRACT.without(Set.of(Tables.VipV6.ID, Tables.EchoV6.ID)));
    assertThat(readable(plan, "vip_v4", "vip_v6")).hasSize(1);
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_ADDRESS_FAMILY,
                "vips/v6",
                "the program of devices/leaf has no IPv6 VIPs; packets to [2001:db8::1]:443 pass by"
                    + " L2 there"));
  }

  @Test
  void anAddressThatSeveralVipsHaveIsAnsweredOnceAndSteerOnlyOnesAreNot() {
    history
        .vip("v4-other", "192.0.2.1", 853, "web")
        .apply(
            i ->
                IntentChanges.createVip(
                    i,
                    new Vip(
                        "real", Endpoint.of("192.0.2.9", 443), "web", true, IntentFixtures.T0)));
    assertThat(readable(plan(), "echo_v4")).containsExactly("echo_v4(0xc0000201) -> answer_echo()");
    history.device("leaf", device -> device.withAnswerEcho(false));
    assertThat(readable(plan(), "echo_v4")).isEmpty();
  }

  @Test
  void copiesAreMeteredAndGoToTheControllersCloneSession() {
    history.device(
        "leaf",
        device ->
            device.withCopies(
                Map.of(
                    Reason.FALLBACK_UNKNOWN_SERVER, new CopyPolicy(100, 20, 15),
                    Reason.NEIGHBOUR, new CopyPolicy(10, 5, 0))));
    DevicePlan plan = plan();
    assertThat(readable(plan, "punt"))
        .containsExactly(
            "punt(8) -> copy_to_controller(15) metered 100/20, 100/20",
            "punt(21) -> copy_to_controller(0) metered 10/5, 10/5");
    assertThat(plan.cloneSessions())
        .containsExactly(new CloneSession(1, new TreeSet<>(Set.of(new Replica(255, 1))), 0));
  }

  @Test
  void withoutCopiesThereIsNoCloneSession() {
    assertThat(plan().cloneSessions()).isEmpty();
    history.device(
        "leaf", device -> device.withCopies(Map.of(Reason.NEIGHBOUR, new CopyPolicy(10, 5, 0))));
    DevicePlan plan = plan(CONTRACT.without(Set.of(Tables.Punt.ID)));
    assertThat(plan.cloneSessions()).isEmpty();
    assertThat(plan.unsupported()).extracting(Unsupported::kind).containsExactly(Kind.NO_COPIES);
  }
}
