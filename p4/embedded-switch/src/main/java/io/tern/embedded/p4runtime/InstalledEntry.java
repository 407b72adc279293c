package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.proto.p4.v1.MeterConfig;

/**
 * An entry as the controller wrote it; replaced, never changed.
 *
 * @param meter null if it is not configured: all packets are green
 */
record InstalledEntry(
    EntryKey key,
    ActionCall action,
    ByteString metadata,
    long controllerMetadata,
    MeterConfig meter,
    EntryHandle handle) {

  InstalledEntry withHandle(EntryHandle handle) {
    return new InstalledEntry(key, action, metadata, controllerMetadata, meter, handle);
  }

  InstalledEntry withMeter(MeterConfig meter) {
    return new InstalledEntry(key, action, metadata, controllerMetadata, meter, handle);
  }
}
