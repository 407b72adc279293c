package io.tern.app.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Prometheus' text format at /metrics, by the JDK's HTTP server. A client that does not finish its
 * request, or does not take its answer, is cut off after {@value #TIMEOUT_SECONDS} s; a few of them
 * delay nobody else. Thread-safe.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int BACKLOG = 16;

  /** The server reads requests and writes answers on these, and blocks while it does. */
  private static final int THREADS = 4;

  private static final String TIMEOUT_SECONDS = "10";

  static {
    // The server has no other way to be told; it reads them once.
    for (String name : new String[] {"maxReqTime", "maxRspTime"}) {
      String property = "sun.net.httpserver." + name;
      System.setProperty(property, System.getProperty(property, TIMEOUT_SECONDS));
    }
  }

  private final PrometheusMeterRegistry registry;
  private final HttpServer server;
  private final ExecutorService executor;

  /**
   * Starts it.
   *
   * @throws IOException if the address cannot be listened on; the message names it
   */
  public MetricsServer(PrometheusMeterRegistry registry, InetSocketAddress address)
      throws IOException {
    this.registry = requireNonNull(registry, "registry");
    try {
      this.server = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "cannot serve metrics on " + HostAndPort.format(address) + ": " + e.getMessage(), e);
    }
    this.executor =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "tern-metrics");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(executor);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals("/metrics")) {
        send(exchange, 404, "text/plain; charset=utf-8", "metrics are at /metrics\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, 405, "text/plain; charset=utf-8", "metrics are read by GET\n");
      } else {
        send(exchange, 200, CONTENT_TYPE, registry.scrape());
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
