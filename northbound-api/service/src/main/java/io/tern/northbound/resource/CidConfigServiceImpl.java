package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.mapping.CidConfigMapping;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.stream.IntentStreams;
import io.tern.northbound.stream.WatchProjection;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CidConfigServiceGrpc;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.DeleteCidConfigRequest;
import io.tern.proto.v1.GetCidConfigRequest;
import io.tern.proto.v1.ListCidConfigsRequest;
import io.tern.proto.v1.ListCidConfigsResponse;
import io.tern.proto.v1.WatchCidConfigsRequest;
import io.tern.proto.v1.WatchCidConfigsResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.SortedMap;

/** The CID configurations of the intent. Thread-safe. */
public final class CidConfigServiceImpl extends CidConfigServiceGrpc.CidConfigServiceImplBase {
  private final IntentAccess access;
  private final IntentStreams streams;
  private final Clock clock;
  private final SecureRandom random;

  public CidConfigServiceImpl(
      IntentStore store, IntentStreams streams, Clock clock, SecureRandom random) {
    this.access = new IntentAccess(store);
    this.streams = requireNonNull(streams, "streams");
    this.clock = requireNonNull(clock, "clock");
    this.random = requireNonNull(random, "random");
  }

  @Override
  public void createCidConfig(CreateCidConfigRequest request, StreamObserver<CidConfig> observer) {
    CidConfigSpec spec = CidConfigMapping.fromProto(request, clock.instant(), random);
    CidConfigKey key = new CidConfigKey(spec.poolId(), spec.quicLb().codepoint());
    Intent after =
        access.change(
            request.getValidateOnly(),
            intent -> IntentChanges.createCidConfig(intent, spec),
            field ->
                field.equals("parent")
                    ? ResourceNames.poolName(spec.poolId())
                    : ResourceNames.cidConfigName(key));
    IntentAccess.reply(observer, CidConfigMapping.toProto(after.cidConfigs().get(key)));
  }

  @Override
  public void getCidConfig(GetCidConfigRequest request, StreamObserver<CidConfig> observer) {
    CidConfigKey key = IntentAccess.parse("name", request.getName(), Names::cidConfigKey);
    Intent intent = access.current();
    io.tern.core.intent.CidConfig found =
        IntentAccess.require(intent.cidConfigs().get(key), request.getName());
    IntentAccess.reply(observer, CidConfigMapping.toProto(found));
  }

  @Override
  public void listCidConfigs(
      ListCidConfigsRequest request, StreamObserver<ListCidConfigsResponse> observer) {
    String parent = IntentAccess.parse("parent", request.getParent(), Names::poolIdOrAny);
    Intent intent = access.current();
    Pages.Page<io.tern.core.intent.CidConfig> page =
        Pages.page(
            children(intent, parent),
            ResourceNames.poolName(parent) + "/cidConfigs",
            request.getPageSize(),
            request.getPageToken(),
            ResourceNames::cidConfigName,
            Names::cidConfigKey);
    ListCidConfigsResponse.Builder response =
        ListCidConfigsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.resources().forEach(found -> response.addCidConfigs(CidConfigMapping.toProto(found)));
    IntentAccess.reply(observer, response.build());
  }

  @Override
  public void deleteCidConfig(DeleteCidConfigRequest request, StreamObserver<Empty> observer) {
    CidConfigKey key = IntentAccess.parse("name", request.getName(), Names::cidConfigKey);
    access.delete(
        request.getName(),
        key,
        request.getEtag(),
        Intent::cidConfigs,
        CidConfigMapping::etag,
        intent -> IntentChanges.deleteCidConfig(intent, key));
    IntentAccess.reply(observer, Empty.getDefaultInstance());
  }

  @Override
  public void watchCidConfigs(
      WatchCidConfigsRequest request, StreamObserver<WatchCidConfigsResponse> observer) {
    String parent = IntentAccess.parse("parent", request.getParent(), Names::poolIdOrAny);
    streams.serve(
        observer,
        new WatchProjection<>(intent -> children(intent, parent), new Changes()),
        IntentStreams.EACH_CHANGE);
  }

  private static SortedMap<CidConfigKey, io.tern.core.intent.CidConfig> children(
      Intent intent, String parent) {
    return IntentAccess.children(intent, parent, Intent::cidConfigs, intent::cidConfigsOf);
  }

  private static final class Changes
      implements WatchProjection.Messages<io.tern.core.intent.CidConfig, WatchCidConfigsResponse> {
    @Override
    public WatchCidConfigsResponse complete(long revision) {
      return WatchCidConfigsResponse.newBuilder()
          .setType(ChangeType.SNAPSHOT_COMPLETE)
          .setRevision(revision)
          .build();
    }

    @Override
    public WatchCidConfigsResponse change(
        ChangeType type, Intent of, io.tern.core.intent.CidConfig resource, long revision) {
      return WatchCidConfigsResponse.newBuilder()
          .setType(type)
          .setCidConfig(CidConfigMapping.toProto(resource))
          .setRevision(revision)
          .build();
    }
  }
}
