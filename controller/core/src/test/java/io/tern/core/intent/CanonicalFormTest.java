package io.tern.core.intent;

import static io.tern.core.intent.IntentFixtures.T0;
import static io.tern.core.intent.IntentFixtures.mac;
import static io.tern.core.intent.IntentFixtures.singlePass;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.ServerId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CanonicalFormTest {
  private static Backend backend(Map<Integer, ServerId> serverIds, int weight) {
    return new Backend(
        "web",
        "a",
        7,
        Endpoint.of("2001:db8::7", 4433),
        new Backend.NextHop(mac(7), Map.of("leaf", 3, "spine", 4)),
        weight,
        Backend.State.ACTIVE,
        serverIds,
        T0);
  }

  @Test
  void theFormOfABackendIsAsItEverWas() {
    assertThat(
            CanonicalForm.of(backend(Map.of(2, ServerId.parse("0b"), 1, ServerId.parse("0a")), 9)))
        .isEqualTo(
            "backend|web|a|7|[2001:db8::7]:4433|02:00:00:00:00:07|{leaf=3, spine=4}|9"
                + "|ACTIVE|{1=0a, 2=0b}|2026-11-01T00:00:00Z");
  }

  @Test
  void theOrderInWhichAMapWasFilledDoesNotShow() {
    Map<MacAddress, Integer> up = new LinkedHashMap<>();
    Map<MacAddress, Integer> down = new LinkedHashMap<>();
    for (int n = 1; n <= 50; n++) {
      up.put(mac(n), n);
      down.put(mac(51 - n), 51 - n);
    }
    assertThat(CanonicalForm.of(new Device("d", "d:1", 1, Optional.empty(), up, T0)))
        .isEqualTo(CanonicalForm.of(new Device("d", "d:1", 1, Optional.empty(), down, T0)));
  }

  @Test
  void everyChangeOfABackendChangesItsEtag() {
    Backend before = backend(Map.of(1, ServerId.parse("0a")), 9);
    Map<Integer, ServerId> more = new HashMap<>(before.serverIds());
    more.put(2, ServerId.parse("0b"));
    String etag = CanonicalForm.etag(CanonicalForm.of(before));
    assertThat(etag).matches("[0-9a-f]{16}");
    assertThat(CanonicalForm.etag(CanonicalForm.of(before.withServerIds(more)))).isNotEqualTo(etag);
    assertThat(CanonicalForm.etag(CanonicalForm.of(before.withState(Backend.State.DRAINING))))
        .isNotEqualTo(etag);
    assertThat(CanonicalForm.etag(CanonicalForm.of(backend(before.serverIds(), 10))))
        .isNotEqualTo(etag);
  }

  @Test
  void keysAreLeftOut() {
    CidConfig config = new CidConfig("web", singlePass(5, 8), 1, CidConfig.State.PREPARED, T0);
    assertThat(CanonicalForm.of(config))
        .isEqualTo("cidConfig|web|5|SINGLE_PASS|8|8|false|1|PREPARED|2026-11-01T00:00:00Z");
  }
}
