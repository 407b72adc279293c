package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.mapping.VipMapping;
import io.tern.northbound.stream.IntentStreams;
import io.tern.northbound.stream.WatchProjection;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.DeleteVipRequest;
import io.tern.proto.v1.GetVipRequest;
import io.tern.proto.v1.ListVipsRequest;
import io.tern.proto.v1.ListVipsResponse;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import io.tern.proto.v1.WatchVipsRequest;
import io.tern.proto.v1.WatchVipsResponse;
import java.time.Clock;

/** The VIPs of the intent. Thread-safe. */
public final class VipServiceImpl extends VipServiceGrpc.VipServiceImplBase {
  private final IntentAccess access;
  private final IntentStreams streams;
  private final Clock clock;

  public VipServiceImpl(IntentStore store, IntentStreams streams, Clock clock) {
    this.access = new IntentAccess(store);
    this.streams = requireNonNull(streams, "streams");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public void createVip(CreateVipRequest request, StreamObserver<Vip> observer) {
    io.tern.core.intent.Vip vip = VipMapping.fromProto(request, clock.instant());
    Intent after =
        access.change(
            request.getValidateOnly(),
            intent -> IntentChanges.createVip(intent, vip),
            field ->
                field.equals("vip.pool")
                    ? ResourceNames.poolName(vip.poolId())
                    : ResourceNames.vipName(vip.id()));
    IntentAccess.reply(observer, VipMapping.toProto(after.vips().get(vip.id())));
  }

  @Override
  public void getVip(GetVipRequest request, StreamObserver<Vip> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::vipId);
    Intent intent = access.current();
    io.tern.core.intent.Vip found = IntentAccess.require(intent.vips().get(key), request.getName());
    IntentAccess.reply(observer, VipMapping.toProto(found));
  }

  @Override
  public void listVips(ListVipsRequest request, StreamObserver<ListVipsResponse> observer) {
    Intent intent = access.current();
    Pages.Page<io.tern.core.intent.Vip> page =
        Pages.page(
            intent.vips(),
            "vips",
            request.getPageSize(),
            request.getPageToken(),
            ResourceNames::vipName,
            Names::vipId);
    ListVipsResponse.Builder response =
        ListVipsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.resources().forEach(found -> response.addVips(VipMapping.toProto(found)));
    IntentAccess.reply(observer, response.build());
  }

  @Override
  public void deleteVip(DeleteVipRequest request, StreamObserver<Empty> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::vipId);
    access.delete(
        request.getName(),
        key,
        request.getEtag(),
        Intent::vips,
        VipMapping::etag,
        intent -> IntentChanges.deleteVip(intent, key));
    IntentAccess.reply(observer, Empty.getDefaultInstance());
  }

  @Override
  public void watchVips(WatchVipsRequest request, StreamObserver<WatchVipsResponse> observer) {
    streams.serve(
        observer, new WatchProjection<>(Intent::vips, new Changes()), IntentStreams.EACH_CHANGE);
  }

  private static final class Changes
      implements WatchProjection.Messages<io.tern.core.intent.Vip, WatchVipsResponse> {
    @Override
    public WatchVipsResponse complete(long revision) {
      return WatchVipsResponse.newBuilder()
          .setType(ChangeType.SNAPSHOT_COMPLETE)
          .setRevision(revision)
          .build();
    }

    @Override
    public WatchVipsResponse change(
        ChangeType type, Intent of, io.tern.core.intent.Vip resource, long revision) {
      return WatchVipsResponse.newBuilder()
          .setType(type)
          .setVip(VipMapping.toProto(resource))
          .setRevision(revision)
          .build();
    }
  }
}
