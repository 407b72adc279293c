package io.tern.southbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.southbound.testing.Changes;
import io.tern.southbound.testing.Entities;
import io.tern.southbound.testing.Fabric;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CidConfigPromoterTest {
  private final Fabric fabric = new Fabric();
  private CidConfigPromoter promoter;

  @AfterEach
  void close() {
    promoter.close();
    fabric.close();
  }

  private void start() {
    promoter =
        new CidConfigPromoter(fabric.store, fabric.startManager(), Runnable::run, fabric.timer);
    promoter.start();
  }

  private void intendPoolOn(String... devices) {
    for (String device : devices) {
      fabric.store.apply(Changes.device(device));
    }
    fabric.store.apply(Changes.pool("web", 443));
    fabric.store.apply(Changes.backend("web", 1, devices));
  }

  private CidConfig.State state(String pool, int codepoint) {
    return fabric.store.current().cidConfigs().get(new CidConfigKey(pool, codepoint)).state();
  }

  private void refuseEntriesOf(String device, Predicate<String> table) {
    fabric
        .device(device)
        .judge(
            update ->
                table.test(Entities.tableOf(update.getEntity()))
                    ? Status.RESOURCE_EXHAUSTED
                    : Status.OK);
  }

  @Test
  void configurationIsActiveOnceEveryDeviceHasIt() {
    intendPoolOn("a", "b");
    start();
    fabric.device("a").holdWrites();

    fabric.store.apply(Changes.plaintext("web", 0));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);

    fabric.device("a").release();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void deviceThatIsDownKeepsTheConfigurationBack() {
    intendPoolOn("a", "b");
    fabric.device("b").stop();
    start();

    fabric.store.apply(Changes.plaintext("web", 0));
    fabric.timer.forward(Duration.ofMinutes(5));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);

    fabric.device("b").restart();
    fabric.timer.forward(Duration.ofMinutes(1));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void configurationWithoutAnyDeviceIsActiveAtOnce() {
    intendPoolOn();
    start();

    fabric.store.apply(Changes.plaintext("web", 0));

    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void configurationThatADeviceRefusesStaysPrepared() {
    intendPoolOn("a", "b");
    start();
    refuseEntriesOf("b", "cid_config"::equals);

    fabric.store.apply(Changes.plaintext("web", 0));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);

    refuseEntriesOf("b", table -> false);
    fabric.timer.forward(Duration.ofMinutes(1));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void configurationWithoutOneOfItsServerIdsStaysPrepared() {
    intendPoolOn("a");
    start();
    refuseEntriesOf("a", "server_id"::equals);

    fabric.store.apply(Changes.plaintext("web", 0));

    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);
  }

  @Test
  void whatADeviceRefusesOfOtherPoolsDoesNotMatter() {
    intendPoolOn("a");
    start();
    refuseEntriesOf("a", "vip_v4"::equals);
    fabric.store.apply(Changes.pool("dns", 853));

    fabric.store.apply(Changes.plaintext("web", 0));

    assertThat(fabric.status("a").problems()).isNotEmpty();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void configurationThatADeviceCannotDecodeStaysPrepared() {
    fabric.capabilities(
        DeviceCapabilities.ofContract()
            .without(Set.of(Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID)));
    intendPoolOn("a");
    start();

    fabric.store.apply(Changes.encrypted("web", 0));

    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);
  }

  @Test
  void newConfigurationRetiresTheOldOneOnlyWhenItIsOnTheDevices() {
    intendPoolOn("a");
    start();
    fabric.store.apply(Changes.plaintext("web", 0));
    fabric.device("a").holdWrites();

    fabric.store.apply(Changes.plaintext("web", 1));
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
    assertThat(state("web", 1)).isEqualTo(CidConfig.State.PREPARED);

    fabric.device("a").release();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.RETIRING);
    assertThat(state("web", 1)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void deviceThatJoinedMeanwhileHasToHaveItToo() {
    intendPoolOn("a");
    start();
    fabric.device("a").holdWrites();
    fabric.store.apply(Changes.plaintext("web", 0));
    fabric.device("c").holdWrites();
    fabric.store.apply(Changes.device("c"));

    fabric.device("a").release();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);

    fabric.device("c").release();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }

  @Test
  void storeThatCannotWriteIsTriedAgain() {
    intendPoolOn("a");
    start();
    fabric.device("a").holdWrites();
    fabric.store.apply(Changes.plaintext("web", 0));
    fabric.store.breakDown();
    fabric.device("a").release();
    assertThat(state("web", 0)).isEqualTo(CidConfig.State.PREPARED);

    fabric.store.repair();
    fabric.timer.forward(Duration.ofSeconds(5));

    assertThat(state("web", 0)).isEqualTo(CidConfig.State.ACTIVE);
  }
}
