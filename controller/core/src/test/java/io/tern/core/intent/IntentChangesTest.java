package io.tern.core.intent;

import static io.tern.core.intent.IntentFixtures.T0;
import static io.tern.core.intent.IntentFixtures.backendSpec;
import static io.tern.core.intent.IntentFixtures.clear;
import static io.tern.core.intent.IntentFixtures.mac;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentException.Kind;
import io.tern.core.intent.IntentFixtures.History;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class IntentChangesTest {
  private final History history =
      new History()
          .leaf()
          .pool("web", 1024)
          .vip("web-v4", "192.0.2.1", 443, "web")
          .backend("web", "a", 1);

  private void refused(IntentStore.Change change, Kind kind, String field, String message) {
    IntentException e =
        catchThrowableOfType(IntentException.class, () -> change.apply(history.intent()));
    assertThat(e).as("the change is refused").isNotNull();
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e.field()).isEqualTo(field);
    assertThat(e).hasMessage(message);
  }

  @Test
  void anAcceptedChangeLeavesTheGivenIntentAndItsRevisionAlone() throws IntentException {
    Intent before = history.intent();
    Intent after = IntentChanges.createPool(before, new PoolSpec("api", 128, T0));
    assertThat(before.pools()).containsOnlyKeys("web");
    assertThat(after.pools()).containsOnlyKeys("api", "web");
    assertThat(after.revision()).isEqualTo(before.revision());
  }

  @Nested
  class Pools {
    @Test
    void everyPoolHasItsOwnNumber() {
      history.pool("api", 128).pool("blog", 128);
      assertThat(history.intent().pools().values().stream().map(Pool::number).distinct())
          .hasSize(3);
    }

    @Test
    void duplicateIdIsRefused() {
      refused(
          i -> IntentChanges.createPool(i, new PoolSpec("web", 128, T0)),
          Kind.ALREADY_EXISTS,
          "pools/web",
          "pools/web exists already; take another ID, or delete it first");
    }

    @Test
    void slotsThatAreNoPowerOfTwoAreRefusedByTheSpec() {
      assertThatThrownBy(() -> new PoolSpec("web", 65_537, T0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("fallback slots are 65537; they must be a power of two from 128 to 1048576");
    }

    @Test
    void aPoolThatAVipUsesCannotBeDeleted() {
      refused(
          i -> IntentChanges.deletePool(i, "web"),
          Kind.FAILED_PRECONDITION,
          "pools/web",
          "pools/web serves vips/web-v4; delete its VIPs first");
    }

    @Test
    void aPoolWithBackendsCannotBeDeletedAndTheMessageNamesAFew() {
      history
          .apply(i -> IntentChanges.deleteVip(i, "web-v4"))
          .backend("web", "b", 2)
          .backend("web", "c", 3)
          .backend("web", "d", 4)
          .backend("web", "e", 5);
      refused(
          i -> IntentChanges.deletePool(i, "web"),
          Kind.FAILED_PRECONDITION,
          "pools/web",
          "pools/web has pools/web/backends/a, pools/web/backends/b, pools/web/backends/c and 2"
              + " more; delete its backends first");
    }

    @Test
    void deletingAPoolTakesItsCidConfigsAlongAndNoOthers() {
      history
          .pool("api", 128)
          .plaintext("api", 0, 3)
          .plaintext("web", 0, 3)
          .apply(i -> IntentChanges.deletePool(i, "api"));
      assertThat(history.intent().pools()).containsOnlyKeys("web");
      assertThat(history.intent().cidConfigs()).containsOnlyKeys(new CidConfigKey("web", 0));
    }

    @Test
    void deletingWhatIsNotThereIsNotFound() {
      refused(
          i -> IntentChanges.deletePool(i, "nope"),
          Kind.NOT_FOUND,
          "pools/nope",
          "pools/nope does not exist; create it first, or correct the name");
    }
  }

  @Nested
  class Vips {
    private Vip vip(String id, String address, int port, String pool) {
      return new Vip(id, Endpoint.of(address, port), pool, false, T0);
    }

    @Test
    void unknownPoolIsNotFound() {
      refused(
          i -> IntentChanges.createVip(i, vip("x", "192.0.2.9", 443, "nope")),
          Kind.NOT_FOUND,
          "vip.pool",
          "pools/nope does not exist; create it first, or correct the name");
    }

    @Test
    void duplicateEndpointIsRefused() {
      refused(
          i -> IntentChanges.createVip(i, vip("x", "192.0.2.1", 443, "web")),
          Kind.ALREADY_EXISTS,
          "vip.address",
          "192.0.2.1:443 is the endpoint of vips/web-v4 already");
    }

    @Test
    void sameAddressWithAnotherPortIsAnotherVip() {
      history.vip("x", "192.0.2.1", 8443, "web");
      assertThat(history.intent().vips()).containsOnlyKeys("web-v4", "x");
    }

    @Test
    void anIpv6VipMayHaveIpv4Backends() {
      history.vip("web-v6", "2001:db8::1", 443, "web");
      assertThat(history.intent().vips()).containsKey("web-v6");
    }

    @Test
    void deletedVipGivesItsEndpointBack() {
      history
          .apply(i -> IntentChanges.deleteVip(i, "web-v4"))
          .vip("again", "192.0.2.1", 443, "web");
      assertThat(history.intent().vips()).containsOnlyKeys("again");
    }
  }

  @Nested
  class Backends {
    @Test
    void unknownPoolIsNotFound() {
      refused(
          i -> IntentChanges.createBackend(i, backendSpec("nope", "a", 1, Map.of())),
          Kind.NOT_FOUND,
          "parent",
          "pools/nope does not exist; create it first, or correct the name");
    }

    @Test
    void unknownDeviceOfTheNextHopIsNotFound() {
      refused(
          i -> IntentChanges.createBackend(i, backendSpec("web", "b", 2, Map.of("spine", 1))),
          Kind.NOT_FOUND,
          "backend.next_hop.device_ports",
          "devices/spine does not exist; create it first, or correct the name");
    }

    @Test
    void duplicateEndpointInThePoolIsRefused() {
      refused(
          i -> IntentChanges.createBackend(i, backendSpec("web", "twin", 1, Map.of())),
          Kind.ALREADY_EXISTS,
          "backend.address",
          "198.51.100.2:4433 is the endpoint of pools/web/backends/a already");
    }

    @Test
    void sameEndpointInAnotherPoolIsFine() {
      history.pool("api", 128).backend("api", "a", 1);
      assertThat(history.intent().backends()).hasSize(2);
    }

    @Test
    void moreBackendsThanTheSlotsCarryAreRefused() {
      for (int n = 2; n <= 10; n++) {
        history.backend("web", "n" + n, n);
      }
      refused(
          i -> IntentChanges.createBackend(i, backendSpec("web", "n11", 11, Map.of())),
          Kind.FAILED_PRECONDITION,
          "pools/web",
          "pools/web has 1024 fallback slots, enough for 10 backends; 11 need at least 1100 (100 a"
              + " backend)");
    }

    @Test
    void numbersAreUniqueOverAllPoolsAndNotReusedAfterADeletion() {
      history.pool("api", 128).backend("api", "a", 1).backend("web", "b", 2);
      int freed = history.intent().backends().get(new BackendKey("web", "b")).number();
      history
          .apply(i -> IntentChanges.deleteBackend(i, new BackendKey("web", "b")))
          .backend("web", "c", 3);
      assertThat(history.intent().backends().values().stream().map(Backend::number))
          .doesNotHaveDuplicates()
          .doesNotContain(freed);
    }

    @Test
    void aNewBackendGetsAServerIdOfTheRightLengthForEachConfig() {
      history.plaintext("web", 0, 3).encrypted("web", 1, 8).backend("web", "b", 2);
      Backend b = history.intent().backends().get(new BackendKey("web", "b"));
      assertThat(b.serverIds()).hasSize(2);
      history
          .intent()
          .cidConfigsOf("web")
          .values()
          .forEach(
              config ->
                  assertThat(b.serverIds().get(config.sidSpace()).length())
                      .isEqualTo(config.quicLb().serverIdLength()));
    }

    @Test
    void whenEveryServerIdIsTakenTheNextBackendIsRefused() {
      history.pool("big", 32_768).plaintext("big", 2, 1);
      for (int n = 0; n < 256; n++) {
        history.backend("big", "n" + n, n, Map.of());
      }
      refused(
          i -> IntentChanges.createBackend(i, backendSpec("big", "one-more", 256, Map.of())),
          Kind.RESOURCE_EXHAUSTED,
          "pools/big/cidConfigs/2",
          "pools/big/cidConfigs/2 has no server ID left: its length of 1 makes 256, all taken; move"
              + " the pool to a configuration with a larger length");
    }
  }

  @Nested
  class CidConfigs {
    @Test
    void existingBackendsGetDistinctServerIds() {
      history.backend("web", "b", 2).backend("web", "c", 3).plaintext("web", 0, 1);
      int space = history.intent().cidConfigs().get(new CidConfigKey("web", 0)).sidSpace();
      assertThat(
              history.intent().backendsOf("web").values().stream()
                  .map(backend -> backend.serverIds().get(space)))
          .hasSize(3)
          .doesNotContainNull()
          .doesNotHaveDuplicates();
    }

    @Test
    void noTwoConfigsShareASpace() {
      history.plaintext("web", 0, 3).encrypted("web", 1, 3).plaintext("web", 2, 3);
      assertThat(history.intent().cidConfigs().values().stream().map(CidConfig::sidSpace))
          .doesNotHaveDuplicates();
    }

    @Test
    void takenCodepointIsRefused() {
      history.plaintext("web", 0, 3);
      refused(
          i -> IntentChanges.createCidConfig(i, new CidConfigSpec("web", clear(0, 4), T0)),
          Kind.ALREADY_EXISTS,
          "pools/web/cidConfigs/0",
          "pools/web/cidConfigs/0 exists already; a codepoint has one configuration at a time, take"
              + " a free one of 0 to 6");
    }

    @Test
    void tooShortServerIdsForTheBackendsThatAreThereAreRefused() {
      history.pool("big", 32_768);
      for (int n = 0; n < 257; n++) {
        history.backend("big", "n" + n, n, Map.of());
      }
      refused(
          i -> IntentChanges.createCidConfig(i, new CidConfigSpec("big", clear(0, 1), T0)),
          Kind.RESOURCE_EXHAUSTED,
          "cid_config.server_id_length",
          "server ID length 1 makes 256 server IDs; pools/big has 257 backends, take a larger"
              + " length");
    }

    @Test
    void deletingAConfigTakesItsServerIdsAway() {
      history
          .plaintext("web", 0, 3)
          .apply(i -> IntentChanges.deleteCidConfig(i, new CidConfigKey("web", 0)));
      assertThat(history.intent().cidConfigs()).isEmpty();
      assertThat(history.intent().backends().get(new BackendKey("web", "a")).serverIds()).isEmpty();
    }

    @Test
    void aConfigThatServersIssueCidsWithCannotBeDeleted() {
      history.plaintext("web", 0, 3).apply(i -> advance(i, 0));
      refused(
          i -> IntentChanges.deleteCidConfig(i, new CidConfigKey("web", 0)),
          Kind.FAILED_PRECONDITION,
          "pools/web/cidConfigs/0",
          "pools/web/cidConfigs/0 is ACTIVE: the backends of its pool issue CIDs with it; create"
              + " its successor and delete it when it is RETIRING, or delete the backends first");
      history.apply(i -> IntentChanges.deleteBackend(i, new BackendKey("web", "a")));
      history.apply(i -> IntentChanges.deleteCidConfig(i, new CidConfigKey("web", 0)));
      assertThat(history.intent().cidConfigs()).isEmpty();
    }

    @Test
    void activatingASuccessorRetiresThePredecessorOfTheSamePoolOnly() {
      history
          .pool("api", 128)
          .plaintext("api", 0, 3)
          .plaintext("web", 0, 3)
          .apply(i -> IntentChanges.advanceConfigs(i, i.cidConfigs().keySet()))
          .plaintext("web", 1, 4)
          .apply(i -> advance(i, 1));
      assertThat(states())
          .isEqualTo(
              Map.of(
                  new CidConfigKey("api", 0), CidConfig.State.ACTIVE,
                  new CidConfigKey("web", 0), CidConfig.State.RETIRING,
                  new CidConfigKey("web", 1), CidConfig.State.ACTIVE));
    }

    @Test
    void advancingNothingAnswersTheGivenIntent() {
      history.plaintext("web", 0, 3).apply(i -> advance(i, 0));
      assertThat(advance(history.intent(), 0)).isSameAs(history.intent());
      assertThat(advance(history.intent(), 6)).isSameAs(history.intent());
    }

    @Test
    void aRetiringConfigDoesNotComeBack() {
      history
          .plaintext("web", 0, 3)
          .apply(i -> advance(i, 0))
          .apply(
              i ->
                  IntentChanges.transition(
                      i, new CidConfigKey("web", 0), CidConfig.State.RETIRING));
      refused(
          i -> IntentChanges.transition(i, new CidConfigKey("web", 0), CidConfig.State.ACTIVE),
          Kind.FAILED_PRECONDITION,
          "pools/web/cidConfigs/0",
          "pools/web/cidConfigs/0 is RETIRING and cannot become ACTIVE; the order is PREPARED,"
              + " ACTIVE, RETIRING");
    }

    @Test
    void askingForTheStateThatItHasAnswersTheGivenIntent() throws IntentException {
      history.plaintext("web", 0, 3);
      assertThat(
              IntentChanges.transition(
                  history.intent(), new CidConfigKey("web", 0), CidConfig.State.PREPARED))
          .isSameAs(history.intent());
    }

    private Intent advance(Intent intent, int codepoint) {
      return IntentChanges.advanceConfigs(intent, Set.of(new CidConfigKey("web", codepoint)));
    }

    private Map<CidConfigKey, CidConfig.State> states() {
      return history.intent().cidConfigs().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().state()));
    }
  }

  @Nested
  class Devices {
    private Device device(String id, String target) {
      return new Device(id, target, 1, Optional.empty(), Map.of(), T0);
    }

    @Test
    void duplicateTargetIsRefusedWhateverTheCase() {
      refused(
          i -> IntentChanges.createDevice(i, device("leaf2", "LEAF.example:9559")),
          Kind.ALREADY_EXISTS,
          "device.p4runtime_address",
          "LEAF.example:9559 is the P4Runtime address of devices/leaf already");
    }

    @Test
    void targetThatNobodyCouldConnectToIsRefused() {
      for (String target :
          new String[] {
            "leaf",
            "leaf:",
            "leaf:0",
            "leaf:65536",
            "2001:db8::1:9559",
            "",
            ":9559",
            "[:::]:9559",
            "[192.0.2.1]:9559",
            "192.0.2.256:9559",
            "le af:9559",
            "user@leaf:9559",
            "leaf?x:9559",
            "leaf/x:9559",
            "leaf,spine:9559",
            "..:9559",
            "-:9559",
            "a_b:9559",
            "%:9559"
          }) {
        refused(
            i -> IntentChanges.createDevice(i, device("leaf2", target)),
            Kind.INVALID_ARGUMENT,
            "device.p4runtime_address",
            "\""
                + target
                + "\" is no P4Runtime address; write it as host:port or [v6]:port, port 1 to"
                + " 65535");
      }
    }

    @Test
    void hostNamesAndAddressesAreAccepted() throws IntentException {
      for (String target :
          new String[] {
            "[2001:db8::1]:9559",
            "192.0.2.1:9559",
            "leaf2:9559",
            "leaf-2.rack4.example:65535",
            "4leaf:1"
          }) {
        Intent next = IntentChanges.createDevice(history.intent(), device("leaf2", target));
        assertThat(next.devices()).containsKey("leaf2");
      }
    }

    @Test
    void deletedDeviceDisappearsFromNextHops() {
      history
          .device("spine", Map.of())
          .backend("web", "b", 2, Map.of("leaf", 3, "spine", 4))
          .apply(i -> IntentChanges.deleteDevice(i, "leaf"));
      assertThat(history.intent().devices()).containsOnlyKeys("spine");
      assertThat(history.intent().backends().get(new BackendKey("web", "b")).nextHop())
          .isEqualTo(new Backend.NextHop(mac(2), Map.of("spine", 4)));
    }
  }
}
