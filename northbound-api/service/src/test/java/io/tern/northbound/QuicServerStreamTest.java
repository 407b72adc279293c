package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.ServerCidConfig;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import io.tern.store.InMemoryIntentStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a QUIC server is told, and when. */
class QuicServerStreamTest {
  private static final ByteString KEY = ByteString.fromHex("8f95f09245765f80256934e50c66207f");

  private ApiFixture api;

  @BeforeEach
  void aPoolWithTwoBackends() throws Exception {
    api = new ApiFixture(new InMemoryIntentStore());
    api.createPool("web");
    api.createBackend("web", "b1", "192.0.2.1");
    api.createBackend("web", "b2", "192.0.2.2");
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void aPoolWithoutConfigurationsMeansAnEmptyMessage() throws Exception {
    QuicServerConfig config = stream("b1").read();
    assertThat(config.getRevision()).isEqualTo(3);
    assertThat(config.getCidConfigsList()).isEmpty();
    assertThat(config.hasIssueCodepoint()).isFalse();
  }

  @Test
  void aServerLearnsAConfigurationWhenItIsActiveAndNotBefore() throws Exception {
    var stream = stream("b1");
    stream.read();
    api.createCidConfig("web", 2); // PREPARED: devices only.
    Backend backend = backend("b1");
    api.activate("web", 2);
    QuicServerConfig config = stream.read();
    assertThat(config.getRevision()).isEqualTo(api.store.current().revision());
    assertThat(config.getIssueCodepoint()).isEqualTo(2);
    assertThat(config.getCidConfigsList())
        .containsExactly(
            ServerCidConfig.newBuilder()
                .setCodepoint(2)
                .setAlgorithm(CidAlgorithm.CID_ALGORITHM_PLAINTEXT)
                .setServerIdLength(3)
                .setNonceLength(4)
                .setServerId(backend.getServerIds(0).getServerId())
                .build());
  }

  @Test
  void eachServerGetsItsOwnServerIdAlone() throws Exception {
    api.createCidConfig("web", 0);
    api.activate("web", 0);
    ByteString first = stream("b1").read().getCidConfigs(0).getServerId();
    ByteString second = stream("b2").read().getCidConfigs(0).getServerId();
    assertThat(first).isEqualTo(backend("b1").getServerIds(0).getServerId());
    assertThat(second).isEqualTo(backend("b2").getServerIds(0).getServerId());
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void theKeyReachesTheServer() throws Exception {
    CreateCidConfigRequest.Builder request = ApiFixture.cidConfigRequest("web", 1).toBuilder();
    request
        .getCidConfigBuilder()
        .setAlgorithm(CidAlgorithm.CID_ALGORITHM_FOUR_PASS)
        .setLengthSelfDescription(true)
        .setKey(KEY);
    var created = api.cidConfigs().createCidConfig(request.build());
    assertThat(created.getName()).isEqualTo("pools/web/cidConfigs/1");
    api.activate("web", 1);
    ServerCidConfig config = stream("b1").read().getCidConfigs(0);
    assertThat(config.getKey()).isEqualTo(KEY);
    assertThat(config.getAlgorithm()).isEqualTo(CidAlgorithm.CID_ALGORITHM_FOUR_PASS);
    assertThat(config.getLengthSelfDescription()).isTrue();
  }

  @Test
  void aRotationKeepsTheOldConfigurationAndIssuesWithTheNewOne() throws Exception {
    api.createCidConfig("web", 5);
    api.activate("web", 5);
    var stream = stream("b1");
    assertThat(stream.read().getIssueCodepoint()).isEqualTo(5);
    api.advanceClock(Duration.ofHours(1));
    api.createCidConfig("web", 2);
    api.activate("web", 2);
    QuicServerConfig config = stream.read();
    assertThat(config.getIssueCodepoint()).isEqualTo(2);
    assertThat(config.getCidConfigsList())
        .extracting(ServerCidConfig::getCodepoint)
        .containsExactly(2, 5);
  }

  @Test
  void whatIsNoneOfItsBusinessIsNoMessage() throws Exception {
    api.createCidConfig("web", 0);
    api.activate("web", 0);
    var stream = stream("b1");
    stream.read();
    api.createPool("other");
    api.createBackend("web", "b3", "192.0.2.3");
    api.createCidConfig("web", 1);
    api.activate("web", 1);
    // The next message is that of the last change: nothing was sent in between.
    assertThat(stream.read().getRevision()).isEqualTo(api.store.current().revision());
  }

  @Test
  void aDeletedBackendEndsTheStream() throws Exception {
    var stream = stream("b1");
    stream.read();
    api.backends()
        .deleteBackend(DeleteBackendRequest.newBuilder().setName("pools/web/backends/b1").build());
    stream.request();
    Status end = stream.awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(end.getDescription()).contains("pools/web/backends/b1 was deleted");
  }

  private Backend backend(String id) {
    return api.backends()
        .getBackend(
            io.tern.proto.v1.GetBackendRequest.newBuilder()
                .setName("pools/web/backends/" + id)
                .build());
  }

  private SlowReader<StreamQuicServerConfigRequest, QuicServerConfig> stream(String id) {
    SlowReader<StreamQuicServerConfigRequest, QuicServerConfig> reader = new SlowReader<>();
    QuicServerServiceGrpc.newStub(api.channel)
        .streamQuicServerConfig(
            StreamQuicServerConfigRequest.newBuilder()
                .setBackend("pools/web/backends/" + id)
                .build(),
            reader);
    return reader;
  }
}
