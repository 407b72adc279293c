package io.tern.app.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private MetricsServer server;

  @BeforeEach
  void start() throws IOException {
    registry.counter("packets").increment();
    server =
        new MetricsServer(registry, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://" + HostAndPort.format(server.address()) + path);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void metricsAreAtOnePath() throws Exception {
    assertThat(get("/metrics").body()).contains("packets_total 1.0");
    assertThat(get("/").statusCode()).isEqualTo(404);
  }

  @Test
  void clientThatNeverFinishesItsRequestDelaysNobodyAndIsCutOff() throws Exception {
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      slow.getOutputStream().write("GET /metr".getBytes(US_ASCII));
      slow.setSoTimeout((int) PATIENCE.toMillis());

      assertThat(get("/metrics").statusCode()).isEqualTo(200);
      assertThat(slow.getInputStream().read()).as("end of the stream").isEqualTo(-1);
    }
  }
}
