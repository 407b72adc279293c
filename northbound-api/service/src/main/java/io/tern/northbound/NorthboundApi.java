package io.tern.northbound;

import static java.util.Objects.requireNonNull;

import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.tern.core.intent.IntentStore;
import io.tern.northbound.error.ErrorInterceptor;
import io.tern.northbound.quicserver.IdentityInterceptor;
import io.tern.northbound.quicserver.IdentityPolicy;
import io.tern.northbound.quicserver.QuicServerServiceImpl;
import io.tern.northbound.resource.BackendServiceImpl;
import io.tern.northbound.resource.CidConfigServiceImpl;
import io.tern.northbound.resource.DeviceServiceImpl;
import io.tern.northbound.resource.PoolServiceImpl;
import io.tern.northbound.resource.VipServiceImpl;
import io.tern.northbound.stream.IntentStreams;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * The services of the API with their interceptors, for any gRPC server: health (gRPC's own
 * protocol) and server reflection included. Thread-safe.
 */
public final class NorthboundApi {
  private final IntentStore store;
  private final DeviceStatusSource statuses;
  private final IdentityPolicy policy;
  private final Clock clock;
  private final IntentStreams streams;
  private final HealthStatusManager health = new HealthStatusManager();

  /**
   * @param streamExecutor runs what streams send; must not run tasks on the thread of its caller
   */
  public NorthboundApi(
      IntentStore store,
      DeviceStatusSource statuses,
      IdentityPolicy policy,
      Clock clock,
      Executor streamExecutor) {
    this.store = requireNonNull(store, "store");
    this.statuses = requireNonNull(statuses, "statuses");
    this.policy = requireNonNull(policy, "policy");
    this.clock = requireNonNull(clock, "clock");
    this.streams = new IntentStreams(store, streamExecutor);
  }

  /** Adds everything to a server that is being built. */
  public void addTo(ServerBuilder<?> server) {
    server
        .addService(guarded(new VipServiceImpl(store, streams, clock)))
        .addService(guarded(new PoolServiceImpl(store, streams, clock)))
        .addService(guarded(new CidConfigServiceImpl(store, streams, clock, new SecureRandom())))
        .addService(guarded(new BackendServiceImpl(store, streams, clock)))
        .addService(guarded(new DeviceServiceImpl(store, streams, clock, statuses)))
        .addService(guarded(new QuicServerServiceImpl(streams, policy)))
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        // The last one added is the first one called.
        .intercept(new IdentityInterceptor(policy))
        .intercept(new ErrorInterceptor());
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
  }

  /**
   * Moves the parsing of requests behind the interceptors: gRPC itself parses in front of them, and
   * answers UNKNOWN to octets that are no message.
   */
  private static ServerServiceDefinition guarded(BindableService service) {
    return ServerInterceptors.useInputStreamMessages(service.bindService());
  }

  /** Number of open watches and configuration streams. */
  public int openStreams() {
    return streams.count();
  }

  /** Says NOT_SERVING to health checks and ends all streams with UNAVAILABLE. */
  public void goAway() {
    health.enterTerminalState();
    streams.close();
  }
}
