package io.tern.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.core.intent.Device;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolOptions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Documents that were stored before pools and devices had options are read with the defaults. */
class FirstVersionTest {
  private static final String POOL =
      "{\"id\":\"web\",\"number\":1,\"fallbackSlots\":65536,"
          + "\"createTime\":\"2026-11-01T12:00:00.123456789Z\"";

  @Test
  void aPoolHasTheDefaultOptions() {
    assertThat(new PoolCodec().fromJson(POOL + "}"))
        .isEqualTo(new Pool("web", 1, 65_536, PoolOptions.DEFAULT, Intents.CREATED));
  }

  @Test
  void aDeviceAnswersEchoAndCopiesNothing() {
    assertThat(
            new DeviceCodec()
                .fromJson(
                    "{\"id\":\"s2\",\"target\":\"localhost:1\",\"deviceId\":\"1\","
                        + "\"createTime\":\"2026-11-01T12:00:00.123456789Z\",\"stations\":{}}"))
        .isEqualTo(new Device("s2", "localhost:1", 1, Optional.empty(), Map.of(), Intents.CREATED));
  }

  @Test
  void aWayOfForwardingThatNobodyKnowsIsNamed() {
    assertThatThrownBy(
            () ->
                new PoolCodec()
                    .fromJson(
                        POOL
                            + ",\"options\":{\"forwarding\":{\"mode\":\"pigeon\"},"
                            + "\"countMigrated\":true,\"replicateIcmpErrors\":false,"
                            + "\"checkCidLength\":false}}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field \"mode\" is no way of forwarding; it must be l2, ipip, gue or nat");
  }
}
