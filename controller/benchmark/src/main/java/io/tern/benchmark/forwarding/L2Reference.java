package io.tern.benchmark.forwarding;

import com.google.protobuf.ByteString;
import io.tern.benchmark.device.BareClient;
import io.tern.benchmark.device.Bmv2Device;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The reference, a switch that knows one MAC address ({@code p4/benchmark/l2_reference.p4}). For
 * one thread.
 */
final class L2Reference implements AutoCloseable {
  /** The interface of the host that sends. */
  static final String TX = "ref1h";

  /** The interface of the host that receives. */
  static final String RX = "ref2h";

  // Pinned in l2_reference.p4.
  private static final int TABLE = 0x02000001;
  private static final int ACTION = 0x01000001;

  private final Bmv2Device device;
  private final BareClient client;

  /**
   * Starts a switch and fills it.
   *
   * @param artefacts where the compiled program is
   * @param files where the switch's log goes
   */
  L2Reference(Path artefacts, VethLoad load, Path files) throws IOException {
    load.connect("ref1", TX);
    load.connect("ref2", RX);
    device =
        new Bmv2Device(
            Map.of(Workload.CLIENT_PORT, "ref1", Workload.SERVER_PORT, "ref2"),
            files.resolve("reference.log"));
    BareClient started = null;
    try {
      started = new BareClient(device, 1);
      started.load(
          Files.readString(artefacts.resolve("l2_reference.p4info.txtpb")),
          ByteString.copyFrom(Files.readAllBytes(artefacts.resolve("l2_reference.json"))));
      started.write(List.of(gateway()));
    } catch (IOException | RuntimeException e) {
      if (started != null) {
        started.close();
      }
      device.close();
      throw e;
    }
    client = started;
  }

  private static Update gateway() {
    ByteBuffer mac = ByteBuffer.allocate(Long.BYTES).putLong(Workload.GATEWAY.value());
    FieldMatch destination =
        FieldMatch.newBuilder()
            .setFieldId(1)
            .setExact(
                FieldMatch.Exact.newBuilder().setValue(ByteString.copyFrom(mac.array(), 2, 6)))
            .build();
    Action forward =
        Action.newBuilder()
            .setActionId(ACTION)
            .addParams(
                Action.Param.newBuilder()
                    .setParamId(1)
                    .setValue(ByteString.copyFrom(new byte[] {Workload.SERVER_PORT})))
            .build();
    return Update.newBuilder()
        .setType(Update.Type.INSERT)
        .setEntity(
            Entity.newBuilder()
                .setTableEntry(
                    TableEntry.newBuilder()
                        .setTableId(TABLE)
                        .addMatch(destination)
                        .setAction(TableAction.newBuilder().setAction(forward))))
        .build();
  }

  Bmv2Device device() {
    return device;
  }

  @Override
  public void close() {
    client.close();
    device.close();
  }
}
