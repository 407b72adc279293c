package io.tern.app.embeddedswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SwitchCommandTest {
  private static final Pattern READY =
      Pattern.compile(
          "tern switch: device 7 ready, P4Runtime 127\\.0\\.0\\.1:(\\d+), port 1"
              + " 127\\.0\\.0\\.1:0<->127\\.0\\.0\\.1:9, metrics (http://127\\.0\\.0\\.1:\\d+/metrics)\\R");

  private final SwitchCommand command = new SwitchCommand();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      new CommandLine(command)
          .setOut(new PrintWriter(out, true))
          .setErr(new PrintWriter(err, true));

  @Test
  void saysOnOneLineWhereItServesAndServesThere() throws Exception {
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(
            () ->
                line.execute(
                    "--grpc=127.0.0.1:0",
                    "--device-id=7",
                    "--port=1=udp:127.0.0.1:0,127.0.0.1:9",
                    "--metrics=127.0.0.1:0"));
    Matcher ready = READY.matcher("");
    await().until(() -> ready.reset(out.toString()).matches() || exit.isDone());
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString()).matches(READY);

    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", Integer.parseInt(ready.group(1)), InsecureChannelCredentials.create())
            .build();
    try {
      assertThat(
              P4RuntimeGrpc.newBlockingStub(channel)
                  .capabilities(CapabilitiesRequest.newBuilder().setDeviceId(7).build())
                  .getP4RuntimeApiVersion())
          .isNotEmpty();
      HttpResponse<String> scraped =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(ready.group(2))).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(scraped.body())
          .contains("tern_switch_updates_applied_total 0.0")
          .contains("tern_switch_port_received_frames_total{port=\"1\"} 0.0");
    } finally {
      channel.shutdownNow();
    }

    command.stop();
    assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void wrongOptionsAreUsageErrorsThatSayWhatWouldBeRight() {
    assertThat(refusal("--device-id=0")).contains("expected an unsigned number other than 0");
    assertThat(refusal("--grpc=here")).contains("expected HOST:PORT, e.g. 127.0.0.1:9559");
    assertThat(refusal("--grpc=127.0.0.1:99999")).contains("a port is 0 to 65535");
    assertThat(refusal("--grpc=::1:5")).contains("an IPv6 address stands in brackets");
    assertThat(refusal("--port=1=tap0"))
        .contains("expected NUMBER=udp:LOCAL,PEER, e.g. 1=udp:127.0.0.1:7001,127.0.0.1:8001");
    assertThat(refusal("--port=600=udp:127.0.0.1:0,127.0.0.1:9")).contains("expected 0 to 510");
    assertThat(refusal("--tls-key=k.pem")).contains("--tls-cert and --tls-key belong together");
  }

  private String refusal(String option) {
    err.getBuffer().setLength(0);
    assertThat(line.execute(option)).isEqualTo(CommandLine.ExitCode.USAGE);
    return err.toString();
  }
}
