package io.tern.northbound;

import static java.util.Objects.requireNonNull;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.NetUtil;
import io.tern.core.intent.IntentStore;
import io.tern.northbound.quicserver.IdentityPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The northbound API on a TCP port. Thread-safe.
 *
 * <p>Configurations of QUIC servers hold keys. Therefore a server that other hosts can reach must
 * ask for client certificates, unless its builder was told to do without.
 */
public final class NorthboundServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NorthboundServer.class);

  private static final int CALL_THREADS = 8;
  private static final int STREAM_THREADS = 2;

  /** A device with thousands of stations fits; nothing in this API is larger. */
  private static final int MAX_REQUEST_OCTETS = 1 << 20;

  private static final int MAX_METADATA_OCTETS = 16 << 10;
  private static final int MAX_CALLS_PER_CONNECTION = 128;

  private final Server server;
  private final NorthboundApi api;
  private final List<ExecutorService> executors;
  private final Duration drainTime;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NorthboundServer(
      Server server, NorthboundApi api, List<ExecutorService> executors, Duration drainTime) {
    this.server = server;
    this.api = api;
    this.executors = executors;
    this.drainTime = drainTime;
  }

  /** A server of this store. */
  public static Builder builder(IntentStore store) {
    return new Builder(store);
  }

  /** The TCP port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Number of open watches and configuration streams. */
  public int openStreams() {
    return api.openStreams();
  }

  /**
   * Takes no new calls, ends streams with UNAVAILABLE, waits for calls at work until the drain time
   * is over, and then cancels them. Idempotent. The store stays open.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    api.goAway();
    server.shutdown();
    try {
      if (!server.awaitTermination(drainTime.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("calls are still at work after {}: they are cancelled", drainTime);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.shutdownNow();
      executors.forEach(ExecutorService::shutdown);
    }
  }

  /** Collects what a server needs. Not thread-safe. */
  public static final class Builder {
    private final IntentStore store;
    private final List<ServerInterceptor> interceptors = new ArrayList<>();
    private InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 9550);
    private DeviceStatusSource statuses = DeviceStatusSource.none();
    private Clock clock = Clock.systemUTC();
    private Duration drainTime = Duration.ofSeconds(5);
    private Optional<NorthboundTls> tls = Optional.empty();
    private boolean openToStrangers;

    private Builder(IntentStore store) {
      this.store = requireNonNull(store, "store");
    }

    /** Where it listens; 127.0.0.1:9550 by default. Port 0 takes a free one. */
    public Builder address(InetSocketAddress address) {
      this.address = requireNonNull(address, "address");
      return this;
    }

    /** Where it learns how devices stand; nowhere by default. */
    public Builder deviceStatuses(DeviceStatusSource statuses) {
      this.statuses = requireNonNull(statuses, "statuses");
      return this;
    }

    /** What gives resources their create time. */
    public Builder clock(Clock clock) {
      this.clock = requireNonNull(clock, "clock");
      return this;
    }

    /** How long calls at work may take when it closes; 5 s by default. */
    public Builder drainTime(Duration drainTime) {
      this.drainTime = requireNonNull(drainTime, "drainTime");
      return this;
    }

    /** Plain text by default. */
    public Builder tls(NorthboundTls tls) {
      this.tls = Optional.of(tls);
      return this;
    }

    /** Adds an interceptor around all others: metrics, access logs. */
    public Builder intercept(ServerInterceptor interceptor) {
      interceptors.add(requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Serves hosts that cannot be identified, too: whoever can connect gets everyone's keys. */
    public Builder openToStrangers() {
      openToStrangers = true;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws IOException if the address is taken or a file of TLS cannot be used; the message says
     *     which
     * @throws IllegalArgumentException if other hosts could reach it without a client certificate
     */
    public NorthboundServer start() throws IOException {
      boolean mutual = tls.flatMap(NorthboundTls::clientAuthorities).isPresent();
      if (address.isUnresolved()) {
        throw new IOException("cannot resolve " + address.getHostString());
      }
      if (!mutual && !openToStrangers && !address.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            NetUtil.toSocketAddressString(address)
                + " can be reached by other hosts: give the authorities of client certificates,"
                + " because the API hands out keys, or listen on 127.0.0.1");
      }
      NettyServerBuilder server =
          NettyServerBuilder.forAddress(address)
              .maxInboundMessageSize(MAX_REQUEST_OCTETS)
              .maxInboundMetadataSize(MAX_METADATA_OCTETS)
              .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
              // Finds readers of streams that are gone without a word.
              .keepAliveTime(60, TimeUnit.SECONDS)
              .keepAliveTimeout(20, TimeUnit.SECONDS)
              .permitKeepAliveTime(10, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              .handshakeTimeout(10, TimeUnit.SECONDS);
      if (tls.isPresent()) {
        server.sslContext(sslContext(tls.get()));
      }
      ExecutorService calls = threads("tern-northbound-call-", CALL_THREADS);
      ExecutorService streams = threads("tern-northbound-stream-", STREAM_THREADS);
      NorthboundApi api =
          new NorthboundApi(
              store,
              statuses,
              mutual ? IdentityPolicy.byCertificate() : IdentityPolicy.allowAll(),
              clock,
              streams);
      api.addTo(server);
      interceptors.forEach(server::intercept);
      List<ExecutorService> executors = List.of(calls, streams);
      try {
        Server started = server.executor(calls).build().start();
        log.info("northbound API listens on port {} ({})", started.getPort(), protection(mutual));
        return new NorthboundServer(started, api, executors, drainTime);
      } catch (IOException e) {
        executors.forEach(ExecutorService::shutdown);
        throw new IOException(
            "cannot listen on " + NetUtil.toSocketAddressString(address) + ": " + rootMessage(e),
            e);
      }
    }

    private String protection(boolean mutual) {
      return mutual ? "mTLS" : tls.isPresent() ? "TLS" : "plain text";
    }

    private static SslContext sslContext(NorthboundTls tls) throws IOException {
      checkReadable("certificate", tls.certificates());
      checkReadable("private key", tls.privateKey());
      try {
        SslContextBuilder context =
            GrpcSslContexts.forServer(tls.certificates().toFile(), tls.privateKey().toFile());
        if (tls.clientAuthorities().isPresent()) {
          checkReadable("client authorities", tls.clientAuthorities().get());
          context
              .trustManager(tls.clientAuthorities().get().toFile())
              .clientAuth(ClientAuth.REQUIRE);
        }
        return context.build();
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "TLS: "
                + tls.certificates()
                + " or "
                + tls.privateKey()
                + tls.clientAuthorities().map(file -> " or " + file).orElse("")
                + " is not PEM of the expected kind: "
                + e.getMessage(),
            e);
      }
    }

    private static void checkReadable(String what, Path file) throws IOException {
      if (!Files.isReadable(file)) {
        throw new IOException("TLS: cannot read " + what + " " + file);
      }
    }

    private static String rootMessage(Throwable e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return String.valueOf(root.getMessage());
    }

    private static ExecutorService threads(String prefix, int count) {
      AtomicInteger number = new AtomicInteger();
      return Executors.newFixedThreadPool(
          count,
          task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }
}
