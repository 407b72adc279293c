package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.proto.p4.v1.MeterConfig;
import java.util.Arrays;

/**
 * An entry as the controller wrote it; replaced, never changed. There may be millions, so that
 * numbers are octets, and what few entries have is apart.
 */
final class InstalledEntry {

  /**
   * What few entries have.
   *
   * @param meter null if it is not configured: all packets are green
   */
  record Extras(ByteString metadata, long controllerMetadata, MeterConfig meter) {
    static final Extras NONE = new Extras(ByteString.EMPTY, 0, null);

    static Extras of(ByteString metadata, long controllerMetadata, MeterConfig meter) {
      return metadata.isEmpty() && controllerMetadata == 0 && meter == null
          ? NONE
          : new Extras(metadata, controllerMetadata, meter);
    }
  }

  /** The key, and behind it the arguments of the action, as {@link TableSchema} packs them. */
  final byte[] octets;

  /** Of the key. */
  final int hash;

  final ActionSchema action;
  final Extras extras;
  final EntryHandle handle;

  InstalledEntry(byte[] octets, int hash, ActionSchema action, Extras extras, EntryHandle handle) {
    this.octets = octets;
    this.hash = hash;
    this.action = action;
    this.extras = extras;
    this.handle = handle;
  }

  InstalledEntry withHandle(EntryHandle handle) {
    return new InstalledEntry(octets, hash, action, extras, handle);
  }

  InstalledEntry withMeter(MeterConfig meter) {
    return new InstalledEntry(
        octets,
        hash,
        action,
        Extras.of(extras.metadata(), extras.controllerMetadata(), meter),
        handle);
  }

  /** Whether both, of one key, do the same. */
  boolean sameAction(InstalledEntry other) {
    return action.id() == other.action.id() && Arrays.equals(octets, other.octets);
  }
}
