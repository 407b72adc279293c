package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.mapping.PoolMapping;
import io.tern.northbound.stream.IntentStreams;
import io.tern.northbound.stream.WatchProjection;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.DeletePoolRequest;
import io.tern.proto.v1.GetPoolRequest;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.ListPoolsResponse;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.UpdatePoolRequest;
import io.tern.proto.v1.WatchPoolsRequest;
import io.tern.proto.v1.WatchPoolsResponse;
import java.time.Clock;
import java.util.function.UnaryOperator;

/** The pools of the intent. Thread-safe. */
public final class PoolServiceImpl extends PoolServiceGrpc.PoolServiceImplBase {
  private final IntentAccess access;
  private final IntentStreams streams;
  private final Clock clock;

  public PoolServiceImpl(IntentStore store, IntentStreams streams, Clock clock) {
    this.access = new IntentAccess(store);
    this.streams = requireNonNull(streams, "streams");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public void createPool(CreatePoolRequest request, StreamObserver<Pool> observer) {
    PoolSpec spec = PoolMapping.fromProto(request, clock.instant());
    Intent after =
        access.change(
            request.getValidateOnly(),
            intent -> IntentChanges.createPool(intent, spec),
            field -> ResourceNames.poolName(spec.id()));
    IntentAccess.reply(observer, PoolMapping.toProto(after.pools().get(spec.id())));
  }

  @Override
  public void getPool(GetPoolRequest request, StreamObserver<Pool> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::poolId);
    Intent intent = access.current();
    io.tern.core.intent.Pool found =
        IntentAccess.require(intent.pools().get(key), request.getName());
    IntentAccess.reply(observer, PoolMapping.toProto(found));
  }

  @Override
  public void listPools(ListPoolsRequest request, StreamObserver<ListPoolsResponse> observer) {
    Intent intent = access.current();
    Pages.Page<io.tern.core.intent.Pool> page =
        Pages.page(
            intent.pools(),
            "pools",
            request.getPageSize(),
            request.getPageToken(),
            ResourceNames::poolName,
            Names::poolId);
    ListPoolsResponse.Builder response =
        ListPoolsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.resources().forEach(found -> response.addPools(PoolMapping.toProto(found)));
    IntentAccess.reply(observer, response.build());
  }

  @Override
  public void updatePool(UpdatePoolRequest request, StreamObserver<Pool> observer) {
    String key = IntentAccess.parse("pool.name", request.getPool().getName(), Names::poolId);
    UnaryOperator<PoolOptions> update = PoolMapping.update(request);
    Intent after =
        access.update(
            request.getValidateOnly(),
            request.getPool().getName(),
            key,
            request.getPool().getEtag(),
            Intent::pools,
            PoolMapping::etag,
            (intent, pool) -> IntentChanges.updatePool(intent, key, update.apply(pool.options())));
    IntentAccess.reply(observer, PoolMapping.toProto(after.pools().get(key)));
  }

  @Override
  public void deletePool(DeletePoolRequest request, StreamObserver<Empty> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::poolId);
    access.delete(
        request.getName(),
        key,
        request.getEtag(),
        Intent::pools,
        PoolMapping::etag,
        intent -> IntentChanges.deletePool(intent, key));
    IntentAccess.reply(observer, Empty.getDefaultInstance());
  }

  @Override
  public void watchPools(WatchPoolsRequest request, StreamObserver<WatchPoolsResponse> observer) {
    streams.serve(
        observer, new WatchProjection<>(Intent::pools, new Changes()), IntentStreams.EACH_CHANGE);
  }

  private static final class Changes
      implements WatchProjection.Messages<io.tern.core.intent.Pool, WatchPoolsResponse> {
    @Override
    public WatchPoolsResponse complete(long revision) {
      return WatchPoolsResponse.newBuilder()
          .setType(ChangeType.SNAPSHOT_COMPLETE)
          .setRevision(revision)
          .build();
    }

    @Override
    public WatchPoolsResponse change(
        ChangeType type, Intent of, io.tern.core.intent.Pool resource, long revision) {
      return WatchPoolsResponse.newBuilder()
          .setType(type)
          .setPool(PoolMapping.toProto(resource))
          .setRevision(revision)
          .build();
    }
  }
}
