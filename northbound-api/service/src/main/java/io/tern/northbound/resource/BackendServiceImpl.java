package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.ApiErrors;
import io.tern.northbound.mapping.BackendMapping;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.stream.IntentStreams;
import io.tern.northbound.stream.WatchProjection;
import io.tern.proto.v1.Backend;
import io.tern.proto.v1.Backend.DevicePort;
import io.tern.proto.v1.BackendServiceGrpc;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CreateBackendRequest;
import io.tern.proto.v1.DeleteBackendRequest;
import io.tern.proto.v1.GetBackendRequest;
import io.tern.proto.v1.ListBackendsRequest;
import io.tern.proto.v1.ListBackendsResponse;
import io.tern.proto.v1.UpdateBackendRequest;
import io.tern.proto.v1.WatchBackendsRequest;
import io.tern.proto.v1.WatchBackendsResponse;
import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/** The backends of the intent. Thread-safe. */
public final class BackendServiceImpl extends BackendServiceGrpc.BackendServiceImplBase {
  private final IntentAccess access;
  private final IntentStreams streams;
  private final Clock clock;

  public BackendServiceImpl(IntentStore store, IntentStreams streams, Clock clock) {
    this.access = new IntentAccess(store);
    this.streams = requireNonNull(streams, "streams");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public void createBackend(CreateBackendRequest request, StreamObserver<Backend> observer) {
    BackendSpec spec = BackendMapping.fromProto(request, clock.instant());
    BackendKey key = new BackendKey(spec.poolId(), spec.id());
    Intent after =
        access.change(
            request.getValidateOnly(),
            intent -> {
              requireDevices(intent, request);
              return IntentChanges.createBackend(intent, spec);
            },
            field ->
                field.equals("parent")
                    ? ResourceNames.poolName(spec.poolId())
                    : ResourceNames.backendName(key));
    IntentAccess.reply(observer, BackendMapping.toProto(after, after.backends().get(key)));
  }

  /** As the intent's rules have it, but with the place of the device in the request. */
  private static void requireDevices(Intent intent, CreateBackendRequest request) {
    List<DevicePort> ports = request.getBackend().getNextHop().getDevicePortsList();
    for (int i = 0; i < ports.size(); i++) {
      String device = ports.get(i).getDevice();
      if (!intent.devices().containsKey(Names.deviceId(device))) {
        throw ApiErrors.notFound(
            BackendMapping.DEVICE_PORTS + "[" + i + "].device",
            device,
            device + " does not exist; create it first, or correct the name");
      }
    }
  }

  @Override
  public void getBackend(GetBackendRequest request, StreamObserver<Backend> observer) {
    BackendKey key = IntentAccess.parse("name", request.getName(), Names::backendKey);
    Intent intent = access.current();
    io.tern.core.intent.Backend found =
        IntentAccess.require(intent.backends().get(key), request.getName());
    IntentAccess.reply(observer, BackendMapping.toProto(intent, found));
  }

  @Override
  public void listBackends(
      ListBackendsRequest request, StreamObserver<ListBackendsResponse> observer) {
    String parent = IntentAccess.parse("parent", request.getParent(), Names::poolIdOrAny);
    Intent intent = access.current();
    Pages.Page<io.tern.core.intent.Backend> page =
        Pages.page(
            children(intent, parent),
            ResourceNames.poolName(parent) + "/backends",
            request.getPageSize(),
            request.getPageToken(),
            ResourceNames::backendName,
            Names::backendKey);
    ListBackendsResponse.Builder response =
        ListBackendsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.resources().forEach(found -> response.addBackends(BackendMapping.toProto(intent, found)));
    IntentAccess.reply(observer, response.build());
  }

  @Override
  public void updateBackend(UpdateBackendRequest request, StreamObserver<Backend> observer) {
    String name = request.getBackend().getName();
    BackendKey key = IntentAccess.parse("backend.name", name, Names::backendKey);
    UnaryOperator<io.tern.core.intent.Backend> update = BackendMapping.update(request);
    Intent after =
        access.update(
            request.getValidateOnly(),
            name,
            key,
            request.getBackend().getEtag(),
            Intent::backends,
            BackendMapping::etag,
            (intent, backend) -> {
              var wanted = update.apply(backend);
              return IntentChanges.updateBackend(intent, key, wanted.weight(), wanted.state());
            });
    IntentAccess.reply(observer, BackendMapping.toProto(after, after.backends().get(key)));
  }

  @Override
  public void deleteBackend(DeleteBackendRequest request, StreamObserver<Empty> observer) {
    BackendKey key = IntentAccess.parse("name", request.getName(), Names::backendKey);
    access.delete(
        request.getName(),
        key,
        request.getEtag(),
        Intent::backends,
        BackendMapping::etag,
        intent -> IntentChanges.deleteBackend(intent, key));
    IntentAccess.reply(observer, Empty.getDefaultInstance());
  }

  @Override
  public void watchBackends(
      WatchBackendsRequest request, StreamObserver<WatchBackendsResponse> observer) {
    String parent = IntentAccess.parse("parent", request.getParent(), Names::poolIdOrAny);
    streams.serve(
        observer,
        new WatchProjection<>(intent -> children(intent, parent), new Changes()),
        IntentStreams.EACH_CHANGE);
  }

  private static SortedMap<BackendKey, io.tern.core.intent.Backend> children(
      Intent intent, String parent) {
    return IntentAccess.children(intent, parent, Intent::backends, intent::backendsOf);
  }

  private static final class Changes
      implements WatchProjection.Messages<io.tern.core.intent.Backend, WatchBackendsResponse> {
    @Override
    public WatchBackendsResponse complete(long revision) {
      return WatchBackendsResponse.newBuilder()
          .setType(ChangeType.SNAPSHOT_COMPLETE)
          .setRevision(revision)
          .build();
    }

    @Override
    public WatchBackendsResponse change(
        ChangeType type, Intent of, io.tern.core.intent.Backend resource, long revision) {
      return WatchBackendsResponse.newBuilder()
          .setType(type)
          .setBackend(BackendMapping.toProto(of, resource))
          .setRevision(revision)
          .build();
    }
  }
}
