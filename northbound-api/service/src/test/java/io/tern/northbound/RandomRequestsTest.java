package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.tern.core.intent.Intent;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.Station;
import io.tern.store.InMemoryIntentStore;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is asked, the answer is a precise one: never INTERNAL, never UNKNOWN. */
class RandomRequestsTest {
  private static final int REQUESTS = 3_000;
  private static final Set<Code> PRECISE =
      EnumSet.of(
          Code.INVALID_ARGUMENT,
          Code.NOT_FOUND,
          Code.ALREADY_EXISTS,
          Code.FAILED_PRECONDITION,
          Code.RESOURCE_EXHAUSTED);

  private static final String[] TEXTS = {
    "",
    "web",
    "pools/web",
    "pools/-",
    "pools/web/backends/b1",
    "devices/s1",
    "s1",
    "b1",
    "192.0.2.1",
    "2001:db8::1",
    "::ffff:192.0.2.1",
    "fe80::1%eth0",
    "192.0.2",
    "02:00:00:00:00:01",
    "ff:ff:ff:ff:ff:ff",
    "00:00:00:00:00:00",
    "localhost:1",
    "[::1]:9559",
    "0",
    "6",
    "7",
    "\0",
    "\uD800",
    "a".repeat(5_000),
    "🐦"
  };
  private static final int[] NUMBERS = {
    Integer.MIN_VALUE,
    -1,
    0,
    1,
    3,
    4,
    7,
    8,
    15,
    16,
    18,
    19,
    443,
    510,
    511,
    1000,
    65_535,
    65_536,
    Integer.MAX_VALUE
  };

  private final Random random = new Random(20_261_101);
  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiFixture(new InMemoryIntentStore());
    api.createPool("web");
    api.createDevice("s1", "127.0.0.1:9559");
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void creationsOfEveryKind() {
    int accepted = 0;
    for (int i = 0; i < REQUESTS; i++) {
      Intent before = api.store.current();
      try {
        switch (random.nextInt(4)) {
          case 0 -> require(api.backends().createBackend(backend()));
          case 1 -> require(api.cidConfigs().createCidConfig(cidConfig()));
          case 2 -> require(api.devices().createDevice(device()));
          default ->
              require(
                  api.pools()
                      .listPools(
                          ListPoolsRequest.newBuilder()
                              .setPageToken(text())
                              .setPageSize(number())
                              .build()));
        }
        accepted++;
      } catch (StatusRuntimeException e) {
        assertThat(PRECISE).as("%s", e).contains(e.getStatus().getCode());
        assertThat(api.store.current()).isSameAs(before);
      }
    }
    assertThat(accepted).as("the generator reaches what lies behind the checks").isPositive();
  }

  private static void require(Object answer) {
    assertThat(answer).isNotNull();
  }

  private CreateBackendRequest backend() {
    Backend.NextHop.Builder nextHop =
        Backend.NextHop.newBuilder().setMacAddress(text("02:00:00:00:00:01"));
    if (random.nextBoolean()) {
      nextHop.addDevicePorts(
          Backend.DevicePort.newBuilder().setDevice(text("devices/s1")).setPort(number()));
    }
    return CreateBackendRequest.newBuilder()
        .setParent(text("pools/web"))
        .setBackendId(text("b" + random.nextInt(50)))
        .setValidateOnly(random.nextBoolean())
        .setBackend(
            Backend.newBuilder()
                .setAddress(text("192.0.2." + random.nextInt(256)))
                .setPort(random.nextBoolean() ? 443 : number())
                .setWeight(random.nextBoolean() ? 0 : number())
                .setNextHop(nextHop))
        .build();
  }

  private CreateCidConfigRequest cidConfig() {
    CidConfig.Builder config =
        CidConfig.newBuilder()
            .setAlgorithm(CidAlgorithm.forNumber(random.nextInt(4)))
            .setServerIdLength(number())
            .setNonceLength(number());
    if (random.nextBoolean()) {
      config.setKey(com.google.protobuf.ByteString.copyFrom(new byte[15 + random.nextInt(3)]));
    }
    return CreateCidConfigRequest.newBuilder()
        .setParent(text("pools/web"))
        .setCidConfigId(text("" + random.nextInt(8)))
        .setCidConfig(config)
        .build();
  }

  private CreateDeviceRequest device() {
    Device.Builder device =
        Device.newBuilder()
            .setP4RuntimeAddress(text("127.0.0.1:" + (1 + random.nextInt(65_535))))
            .setDeviceId(random.nextLong() >>> random.nextInt(64))
            .setMacAddress(text(""));
    if (random.nextBoolean()) {
      device.addStations(
          Station.newBuilder().setMacAddress(text("02:00:00:00:00:02")).setPort(number()));
    }
    return CreateDeviceRequest.newBuilder()
        .setDeviceId(text("d" + random.nextInt(1000)))
        .setDevice(device)
        .build();
  }

  /** Mostly what would be right, so that later checks are reached, too. */
  private String text(String right) {
    return random.nextInt(5) > 0 ? right : text();
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private int number() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
