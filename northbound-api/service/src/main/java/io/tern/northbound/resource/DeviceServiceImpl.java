package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.DeviceStatus;
import io.tern.northbound.DeviceStatusSource;
import io.tern.northbound.mapping.DeviceMapping;
import io.tern.northbound.mapping.Names;
import io.tern.northbound.stream.IntentStreams;
import io.tern.northbound.stream.WatchProjection;
import io.tern.proto.v1.ChangeType;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.DeleteDeviceRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.ListDevicesRequest;
import io.tern.proto.v1.ListDevicesResponse;
import io.tern.proto.v1.UpdateDeviceRequest;
import io.tern.proto.v1.WatchDevicesRequest;
import io.tern.proto.v1.WatchDevicesResponse;
import java.time.Clock;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The devices of the intent, with their status. Thread-safe; a watch shows changes of both. */
public final class DeviceServiceImpl extends DeviceServiceGrpc.DeviceServiceImplBase {
  private final IntentAccess access;
  private final IntentStreams streams;
  private final Clock clock;
  private final DeviceStatusSource statuses;

  /** A device with its status: what a watch compares. */
  private record Shown(io.tern.core.intent.Device device, DeviceStatus status) {}

  public DeviceServiceImpl(
      IntentStore store, IntentStreams streams, Clock clock, DeviceStatusSource statuses) {
    this.access = new IntentAccess(store);
    this.streams = requireNonNull(streams, "streams");
    this.clock = requireNonNull(clock, "clock");
    this.statuses = requireNonNull(statuses, "statuses");
  }

  @Override
  public void createDevice(CreateDeviceRequest request, StreamObserver<Device> observer) {
    io.tern.core.intent.Device device = DeviceMapping.fromProto(request, clock.instant());
    Intent after =
        access.change(
            request.getValidateOnly(),
            intent -> IntentChanges.createDevice(intent, device),
            field -> ResourceNames.deviceName(device.id()));
    IntentAccess.reply(observer, toProto(after.devices().get(device.id())));
  }

  private Device toProto(io.tern.core.intent.Device device) {
    return DeviceMapping.toProto(device, statuses.status(device.id()));
  }

  @Override
  public void getDevice(GetDeviceRequest request, StreamObserver<Device> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::deviceId);
    Intent intent = access.current();
    io.tern.core.intent.Device found =
        IntentAccess.require(intent.devices().get(key), request.getName());
    IntentAccess.reply(observer, toProto(found));
  }

  @Override
  public void listDevices(
      ListDevicesRequest request, StreamObserver<ListDevicesResponse> observer) {
    Intent intent = access.current();
    Pages.Page<io.tern.core.intent.Device> page =
        Pages.page(
            intent.devices(),
            "devices",
            request.getPageSize(),
            request.getPageToken(),
            ResourceNames::deviceName,
            Names::deviceId);
    ListDevicesResponse.Builder response =
        ListDevicesResponse.newBuilder().setNextPageToken(page.nextToken());
    page.resources().forEach(found -> response.addDevices(toProto(found)));
    IntentAccess.reply(observer, response.build());
  }

  @Override
  public void updateDevice(UpdateDeviceRequest request, StreamObserver<Device> observer) {
    String name = request.getDevice().getName();
    String key = IntentAccess.parse("device.name", name, Names::deviceId);
    UnaryOperator<io.tern.core.intent.Device> update = DeviceMapping.update(request);
    Intent after =
        access.update(
            request.getValidateOnly(),
            name,
            key,
            request.getDevice().getEtag(),
            Intent::devices,
            DeviceMapping::etag,
            (intent, device) -> IntentChanges.updateDevice(intent, update.apply(device)));
    IntentAccess.reply(observer, toProto(after.devices().get(key)));
  }

  @Override
  public void deleteDevice(DeleteDeviceRequest request, StreamObserver<Empty> observer) {
    String key = IntentAccess.parse("name", request.getName(), Names::deviceId);
    access.delete(
        request.getName(),
        key,
        request.getEtag(),
        Intent::devices,
        DeviceMapping::etag,
        intent -> IntentChanges.deleteDevice(intent, key));
    IntentAccess.reply(observer, Empty.getDefaultInstance());
  }

  @Override
  public void watchDevices(
      WatchDevicesRequest request, StreamObserver<WatchDevicesResponse> observer) {
    streams.serve(
        observer,
        new WatchProjection<>(this::shown, new Changes()),
        IntentStreams.EACH_CHANGE,
        statuses::onChange);
  }

  private SortedMap<String, Shown> shown(Intent intent) {
    SortedMap<String, Shown> shown = new TreeMap<>();
    intent.devices().forEach((id, device) -> shown.put(id, new Shown(device, statuses.status(id))));
    return shown;
  }

  private static final class Changes
      implements WatchProjection.Messages<Shown, WatchDevicesResponse> {
    @Override
    public WatchDevicesResponse complete(long revision) {
      return WatchDevicesResponse.newBuilder()
          .setType(ChangeType.SNAPSHOT_COMPLETE)
          .setRevision(revision)
          .build();
    }

    @Override
    public WatchDevicesResponse change(ChangeType type, Intent of, Shown resource, long revision) {
      return WatchDevicesResponse.newBuilder()
          .setType(type)
          .setDevice(DeviceMapping.toProto(resource.device(), resource.status()))
          .setRevision(revision)
          .build();
    }
  }
}
