package io.tern.northbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tern.core.intent.Backend.NextHop;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.PoolSpec;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import io.tern.store.InMemoryIntentStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who sees what, by client certificates over real TLS. */
class IdentityIT {
  private static final String FIRST = "pools/web/backends/b1";
  private static final String SECOND = "pools/web/backends/b2";

  @TempDir Path directory;

  private final IntentStore store = new InMemoryIntentStore();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private X509Bundle authority;
  private NorthboundServer server;

  @BeforeEach
  void aServerThatAsksForCertificates() throws Exception {
    authority =
        new CertificateBuilder()
            .subject("CN=Tern test authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle own =
        new CertificateBuilder()
            .subject("CN=controller")
            .addSanDnsName("localhost")
            .buildIssuedBy(authority);
    store.update(
        intent -> {
          var next =
              IntentChanges.createPool(intent, new PoolSpec("web", 65_536, ApiFixture.START));
          for (int i = 1; i <= 2; i++) {
            next =
                IntentChanges.createBackend(
                    next,
                    new BackendSpec(
                        "web",
                        "b" + i,
                        Endpoint.of("192.0.2." + i, 443),
                        new NextHop(MacAddress.parse("02:00:00:00:00:01"), Map.of()),
                        100,
                        ApiFixture.START));
          }
          return next;
        });
    server =
        NorthboundServer.builder(store)
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(
                new NorthboundTls(
                    file("server.pem", own.getCertificatePathPEM()),
                    file("server.key", own.getPrivateKeyPEM()),
                    Optional.of(file("ca.pem", authority.getCertificatePEM()))))
            .start();
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    store.close();
  }

  @Test
  void aServerSeesItsOwnConfiguration() throws Exception {
    assertThat(stream(withUri("tern:///" + FIRST), FIRST).getRevision()).isEqualTo(1);
  }

  @Test
  void aServerSeesNobodyElses() throws Exception {
    ManagedChannel first = withUri("tern:///" + FIRST);
    Refusal.of(() -> stream(first, SECOND))
        .is(Status.Code.PERMISSION_DENIED)
        .because("CERTIFICATE_NAMES_OTHER_BACKEND")
        .saying(SECOND, "tern:///");
    Refusal.of(() -> stream(first, "pools/web/backends/unknown")).is(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aServerChangesAndListsNothing() throws Exception {
    Refusal.of(() -> listPools(withUri("tern:///" + FIRST)))
        .is(Status.Code.PERMISSION_DENIED)
        .because("CERTIFICATE_IS_A_BACKENDS");
  }

  @Test
  void anOperatorDoesEverythingButSeeKeys() throws Exception {
    ManagedChannel operator = connect(certificate("CN=operator").buildIssuedBy(authority));
    assertThat(listPools(operator)).isEqualTo(1);
    Refusal.of(() -> stream(operator, FIRST))
        .is(Status.Code.PERMISSION_DENIED)
        .saying("no backend");
  }

  @Test
  void aCommonNameCountsWhereThereIsNoUri() throws Exception {
    ManagedChannel byName = connect(certificate("CN=" + FIRST).buildIssuedBy(authority));
    assertThat(stream(byName, FIRST).getRevision()).isEqualTo(1);
    ManagedChannel both =
        connect(
            certificate("CN=" + FIRST).addSanUriName("tern:///" + SECOND).buildIssuedBy(authority));
    Refusal.of(() -> stream(both, FIRST)).is(Status.Code.PERMISSION_DENIED);
    assertThat(stream(both, SECOND).getRevision()).isEqualTo(1);
  }

  @Test
  void aUriThatOnlyLooksLikeABackendIsNone() throws Exception {
    for (String uri :
        List.of("tern:///" + FIRST + "/x", "tern://host/" + FIRST, "spiffe:///" + FIRST)) {
      Refusal.of(() -> stream(withUri(uri), FIRST)).is(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void withoutACertificateNobodyGetsIn() throws Exception {
    ManagedChannel anonymous = connect(null);
    assertThatThrownBy(() -> listPools(anonymous))
        .satisfies(
            e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void aCertificateOfAnotherAuthorityDoesNotGetIn() throws Exception {
    X509Bundle other =
        certificate("CN=Tern test authority").setIsCertificateAuthority(true).buildSelfSigned();
    ManagedChannel forged =
        connect(certificate("CN=x").addSanUriName("tern:///" + FIRST).buildIssuedBy(other));
    assertThatThrownBy(() -> stream(forged, FIRST))
        .satisfies(
            e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  private ManagedChannel withUri(String uri) throws Exception {
    return connect(certificate("CN=server").addSanUriName(uri).buildIssuedBy(authority));
  }

  private static CertificateBuilder certificate(String subject) {
    return new CertificateBuilder().subject(subject);
  }

  private ManagedChannel connect(X509Bundle identity) throws Exception {
    SslContextBuilder context =
        GrpcSslContexts.forClient().trustManager(directory.resolve("ca.pem").toFile());
    if (identity != null) {
      context.keyManager(
          file("client.pem", identity.getCertificatePathPEM()).toFile(),
          file("client.key", identity.getPrivateKeyPEM()).toFile());
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", server.port())
            .sslContext(context.build())
            .build();
    channels.add(channel);
    return channel;
  }

  private static QuicServerConfig stream(ManagedChannel channel, String backend) {
    return QuicServerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .streamQuicServerConfig(
            StreamQuicServerConfigRequest.newBuilder().setBackend(backend).build())
        .next();
  }

  private static int listPools(ManagedChannel channel) {
    return PoolServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .listPools(ListPoolsRequest.getDefaultInstance())
        .getPoolsCount();
  }

  private Path file(String name, String content) throws Exception {
    return Files.write(directory.resolve(name), content.getBytes(US_ASCII));
  }
}
