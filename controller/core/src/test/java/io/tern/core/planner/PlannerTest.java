package io.tern.core.planner;

import static io.tern.core.intent.IntentFixtures.mac;
import static io.tern.core.planner.ReadablePlan.numbers;
import static io.tern.core.planner.ReadablePlan.readable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.planner.Unsupported.Kind;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final DeviceCapabilities CONTRACT = DeviceCapabilities.ofContract();

  private final History history = new History().leaf().pool("web", 256);

  private DevicePlan plan() {
    return new Planner().plan(history.intent(), "leaf", CONTRACT);
  }

  private static Map<Long, Integer> slotsByBackend(DevicePlan plan) {
    Map<Long, Integer> slots = new HashMap<>();
    for (TableEntry entry : table(plan, Tables.Fallback.ID)) {
      slots.merge(entry.action().params().get(0).toBigInteger().longValueExact(), 1, Integer::sum);
    }
    return slots;
  }

  private static List<TableEntry> table(DevicePlan plan, int tableId) {
    return plan.entries().values().stream()
        .filter(entry -> entry.key().tableId() == tableId)
        .toList();
  }

  @Test
  void aSmallIntentInFull() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .vip("v6", "2001:db8::1", 443, "web")
        .backend("web", "a", 1)
        .plaintext("web", 2, 3);
    Intent intent = history.intent();
    var config = intent.cidConfigs().get(new CidConfigKey("web", 2));
    Backend a = intent.backends().values().iterator().next();
    String sid = a.serverIds().get(config.sidSpace()) + "0".repeat(24);

    DevicePlan plan = plan();

    assertThat(readable(plan))
        .containsExactly(
            "vip_v4(0xc0000201, 443) -> set_pool(2, 255, 1, 0)",
            "vip_v6(0x20010db8000000000000000000000001, 443) -> set_pool(2, 255, 1, 0)",
            "cid_config(2, 2) -> decode_plaintext("
                + config.sidSpace()
                + ", 0xffffff000000000000000000000000, 8, 0)",
            "server_id(" + config.sidSpace() + ", 0x" + sid + ") -> to_backend(" + a.number() + ")",
            "backend(" + a.number() + ") -> forward_l2(11, 0x020000000001, 0x0200000000fe)",
            "l2(0x0200000000c1) -> l2_forward(1)",
            "l2(0x0200000000c2) -> l2_forward(2)",
            "echo_v4(0xc0000201) -> answer_echo()",
            "echo_v6(0x20010db8000000000000000000000001) -> answer_echo()");
    assertThat(slotsByBackend(plan)).isEqualTo(Map.of((long) a.number(), 256));
    assertThat(plan.groups()).containsExactly(MulticastGroup.ofPorts(1, Set.of(1, 2, 11)));
    assertThat(plan.defaultActions()).isEqualTo(Map.of(Tables.L2.ID, TernEntries.flood(1)));
    assertThat(plan.cidConfigs()).containsExactly(new CidConfigKey("web", 2));
    assertThat(plan.unsupported()).isEmpty();
    assertThat(plan.revision()).isEqualTo(intent.revision());
  }

  @Test
  void aPoolWithoutVipIsNotPlanned() {
    history.backend("web", "a", 1).plaintext("web", 0, 3);
    assertThat(plan().entries().keySet()).allMatch(key -> key.tableId() == Tables.L2.ID);
    assertThat(plan().unsupported()).isEmpty();
  }

  @Test
  void aDeviceWithoutPortsDropsWhatItDoesNotKnow() {
    history.device("lonely", Map.of());
    DevicePlan plan = new Planner().plan(history.intent(), "lonely", CONTRACT);
    assertThat(plan.groups()).isEmpty();
    assertThat(plan.defaultActions()).isEqualTo(Map.of(Tables.L2.ID, TernEntries.drop()));
  }

  @Test
  void weightsShareTheSlots() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .apply(
            i ->
                IntentChanges.createBackend(
                    i,
                    new BackendSpec(
                        "web",
                        "b",
                        Endpoint.of("198.51.100.77", 4433),
                        new Backend.NextHop(mac(2), Map.of("leaf", 12)),
                        3 * Backend.DEFAULT_WEIGHT,
                        IntentFixtures.T0)));
    assertThat(slotsByBackend(plan()).values()).containsExactlyInAnyOrder(64, 192);
  }

  @Test
  void aDrainingBackendIsReachedByItsServerIdOnly() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .backend("web", "b", 2)
        .plaintext("web", 0, 3)
        .state("web", "a", Backend.State.DRAINING);
    DevicePlan plan = plan();
    assertThat(slotsByBackend(plan)).hasSize(1).containsValue(256);
    assertThat(table(plan, Tables.ServerId.ID)).hasSize(2);
    assertThat(table(plan, Tables.Backend.ID)).hasSize(2);
  }

  @Test
  void aDrainedBackendIsNotReachedAtAll() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .backend("web", "b", 2)
        .plaintext("web", 0, 3)
        .state("web", "a", Backend.State.DRAINED);
    DevicePlan plan = plan();
    assertThat(slotsByBackend(plan)).hasSize(1).containsValue(256);
    assertThat(table(plan, Tables.ServerId.ID)).hasSize(1);
    assertThat(table(plan, Tables.Backend.ID)).hasSize(1);
  }

  @Test
  void configsOfAllStatesAreOnTheDevice() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .plaintext("web", 0, 3)
        .apply(i -> IntentChanges.advanceConfigs(i, i.cidConfigs().keySet()))
        .plaintext("web", 1, 3)
        .apply(i -> IntentChanges.advanceConfigs(i, i.cidConfigs().keySet()))
        .plaintext("web", 2, 3);
    assertThat(history.intent().cidConfigs().values().stream().map(c -> c.state().name()))
        .containsExactly("RETIRING", "ACTIVE", "PREPARED");
    assertThat(plan().cidConfigs()).hasSize(3);
    assertThat(table(plan(), Tables.CidConfig.ID)).hasSize(3);
  }

  @Test
  void aSinglePassConfigBringsItsRoundKeys() {
    history.vip("v4", "192.0.2.1", 443, "web").backend("web", "a", 1).encrypted("web", 1, 8);
    CidConfig config = history.intent().cidConfigs().get(new CidConfigKey("web", 1));

    TableEntry entry = table(plan(), Tables.CidConfig.ID).get(0);

    assertThat(entry.action().actionId()).isEqualTo(Actions.DecodeSinglePass.ID);
    assertThat(numbers(entry.action().params().subList(0, 4)))
        .isEqualTo("(" + config.sidSpace() + ", 0xffffffffffffffff00000000000000, 17, 0)");
    assertThat(entry.action().params().subList(4, 15))
        .isEqualTo(RoundKeys.of(config.quicLb().key().orElseThrow()));
    assertThat(entry.action().params()).hasSize(15);
    assertThat(table(plan(), Tables.ServerId.ID)).hasSize(1);
  }

  @Test
  void aFourPassConfigOfAnOddNumberOfOctetsSplitsTheMiddleOne() {
    assertThat(fourPass(3, 4))
        .isEqualTo("(8, 0, 24, 0xfffffff0000000000000, 0x0fffffff000000000000, 0)");
    assertThat(fourPass(15, 4))
        .isEqualTo("(20, 0, 72, 0xfffffffffffffffffff0, 0x0fffffffffffffffffff, 1)");
  }

  @Test
  void aFourPassConfigOfAnEvenNumberOfOctetsSplitsBetweenTwo() {
    assertThat(fourPass(2, 4))
        .isEqualTo("(7, 0, 24, 0xffffff00000000000000, 0xffffff00000000000000, 0)");
    assertThat(fourPass(9, 9))
        .isEqualTo("(19, 0, 72, 0xffffffffffffffffff00, 0xffffffffffffffffff00, 0)");
    assertThat(fourPass(10, 8))
        .isEqualTo("(19, 0, 72, 0xffffffffffffffffff00, 0xffffffffffffffffff00, 1)");
  }

  /** The parameters from min_cid_length to fourth_pass. */
  private static String fourPass(int serverIdLength, int nonceLength) {
    CidKey key = CidKey.parse("2b7e151628aed2a6abf7158809cf4f3c");
    Pool pool = new History().leaf().pool("web", 256).intent().pools().get("web");
    TableEntry entry =
        TernEntries.cidConfig(
            new CidConfig(
                "web",
                new QuicLbConfig(
                    0,
                    CidAlgorithm.FOUR_PASS,
                    serverIdLength,
                    nonceLength,
                    Optional.of(key),
                    false),
                1,
                CidConfig.State.ACTIVE,
                Instant.EPOCH),
            pool);
    assertThat(entry.action().actionId()).isEqualTo(Actions.DecodeFourPass.ID);
    assertThat(entry.action().params().subList(8, 19)).isEqualTo(RoundKeys.of(key));
    assertThat(entry.action().params()).hasSize(19);
    return numbers(entry.action().params().subList(2, 8));
  }

  @Test
  void aConfigThatTheDeviceCannotDecodeIsReportedAndThePoolGoesByTheFallback() {
    history.vip("v4", "192.0.2.1", 443, "web").backend("web", "a", 1).encrypted("web", 1, 8);
    DevicePlan plan =
        new Planner()
            .plan(
                history.intent(),
                "leaf",
                DeviceCapabilities.ofContract()
                    .without(Set.of(Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID)));
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_DECODER,
                "pools/web/cidConfigs/1",
                "devices/leaf does not decode SINGLE_PASS; its CIDs take the fallback there"));
    assertThat(plan.cidConfigs()).isEmpty();
    assertThat(table(plan, Tables.CidConfig.ID)).isEmpty();
    assertThat(table(plan, Tables.ServerId.ID)).isEmpty();
    assertThat(table(plan, Tables.Fallback.ID)).hasSize(256);
  }

  @Test
  void aBackendWithoutPortOnTheDeviceIsLeftOutAndReported() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .backend("web", "b", 2, Map.of());
    DevicePlan plan = plan();
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.NO_PORT,
                "pools/web",
                "1 of its 2 backends have no port on devices/leaf and get no packets from it:"
                    + " pools/web/backends/b"));
    assertThat(slotsByBackend(plan)).hasSize(1).containsValue(256);
  }

  @Test
  void aPoolThatTheDeviceReachesNothingOfIsNotServedThere() {
    history.vip("v4", "192.0.2.1", 443, "web").backend("web", "a", 1, Map.of());
    DevicePlan plan = plan();
    assertThat(plan.unsupported()).extracting(Unsupported::kind).containsExactly(Kind.NO_PORT);
    assertThat(table(plan, Tables.VipV4.ID)).isEmpty();
  }

  @Test
  void aPoolWithoutBackendsIsServedWithEmptySlots() {
    history.vip("v4", "192.0.2.1", 443, "web");
    assertThat(table(plan(), Tables.VipV4.ID)).hasSize(1);
    assertThat(table(plan(), Tables.Fallback.ID)).isEmpty();
    assertThat(plan().unsupported()).isEmpty();
  }

  @Test
  void aSteerOnlyVipNeedsNoFallback() {
    history
        .backend("web", "a", 1)
        .apply(
            i ->
                IntentChanges.createVip(
                    i,
                    new Vip("v4", Endpoint.of("192.0.2.1", 443), "web", true, IntentFixtures.T0)));
    assertThat(readable(plan())).contains("vip_v4(0xc0000201, 443) -> set_pool_steer_only(2)");
    assertThat(table(plan(), Tables.Fallback.ID)).isEmpty();
  }

  @Test
  void aRealServerSteersForTheVipsThatAFabricBalances() {
    history.backend("web", "a", 1).vip("v4", "192.0.2.1", 443, "web");
    history.device("leaf", device -> device.withSteerOnly(true));
    assertThat(readable(plan())).contains("vip_v4(0xc0000201, 443) -> set_pool_steer_only(2)");
    assertThat(table(plan(), Tables.Fallback.ID)).isEmpty();
    assertThat(table(plan(), Tables.EchoV4.ID)).isEmpty();
  }

  @Test
  void aPoolThatDoesNotFitIsLeftOutAndThoseThatWereThereBeforeStay() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .pool("api", 512)
        .vip("api-v4", "192.0.2.2", 443, "api")
        .backend("api", "a", 2);
    DevicePlan plan =
        new Planner()
            .plan(history.intent(), "leaf", CONTRACT.withTableSize(Tables.Fallback.ID, 600));
    assertThat(table(plan, Tables.Fallback.ID)).hasSize(256);
    assertThat(table(plan, Tables.VipV4.ID)).hasSize(1);
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.TABLE_FULL,
                "pools/api",
                "table fallback has room for 344 more entries of 600, 512 are needed; packets to"
                    + " its VIPs pass by L2 on devices/leaf"));
  }

  @Test
  void serverIdsThatDoNotFitLeaveThePoolToItsFallback() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .backend("web", "b", 2)
        .plaintext("web", 0, 3);
    DevicePlan plan =
        new Planner().plan(history.intent(), "leaf", CONTRACT.withTableSize(Tables.ServerId.ID, 1));
    assertThat(plan.unsupported())
        .containsExactly(
            new Unsupported(
                Kind.TABLE_FULL,
                "pools/web/cidConfigs/0",
                "table server_id has room for 1 more entries of 1, 2 are needed; its CIDs take the"
                    + " fallback on devices/leaf"));
    assertThat(plan.cidConfigs()).isEmpty();
    assertThat(table(plan, Tables.Fallback.ID)).hasSize(256);
  }

  @Test
  void aDeviceThatTheIntentDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> new Planner().plan(history.intent(), "nope", CONTRACT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the intent of revision 2 has no devices/nope");
  }

  @Test
  void aPlannerThatRemembersLittleAnswersTheSame() {
    history
        .vip("v4", "192.0.2.1", 443, "web")
        .backend("web", "a", 1)
        .pool("api", 512)
        .vip("api-v4", "192.0.2.2", 443, "api")
        .backend("api", "a", 2);
    Planner forgetful = new Planner(1);
    DevicePlan first = forgetful.plan(history.intent(), "leaf", CONTRACT);
    assertThat(forgetful.plan(history.intent(), "leaf", CONTRACT)).isEqualTo(first);
    assertThat(plan()).isEqualTo(first);
  }
}
