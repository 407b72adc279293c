package io.tern.p4.conformance.harness;

import com.google.protobuf.TextFormat;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.proto.p4.config.v1.Action;
import io.tern.proto.p4.config.v1.Meter;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A device that runs one of the programs in {@code resources/language}. For one thread. */
final class LanguageProgram implements AutoCloseable {
  private final PacketTarget target;
  private final P4RuntimeClient client;
  private final P4Info p4Info;

  /** Takes the device over and loads the program. */
  LanguageProgram(PacketTarget target, String name) {
    this.target = target;
    this.client = new P4RuntimeClient(target.p4Runtime(), target.deviceId());
    String p4InfoText = new String(resource(name + ".p4info.txtpb"), StandardCharsets.UTF_8);
    client.load(p4InfoText, resource(name + ".json"), 1);
    try {
      p4Info = TextFormat.parse(p4InfoText, P4Info.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** The P4Info ID of an object. */
  int id(String alias) {
    return Stream.of(
            p4Info.getTablesList().stream().map(Table::getPreamble),
            p4Info.getActionsList().stream().map(Action::getPreamble),
            p4Info.getMetersList().stream().map(Meter::getPreamble))
        .flatMap(preambles -> preambles)
        .filter(preamble -> preamble.getAlias().equals(alias))
        .findFirst()
        .orElseThrow()
        .getId();
  }

  P4RuntimeClient client() {
    return client;
  }

  /**
   * Sends frames into port 0, in batches that no queue of BMv2 is too short for, and returns what
   * left the device, in the order of each port.
   *
   * @param copies the most frames that one frame may become on one port
   */
  List<Leaves> send(List<Octets> frames, int copies) {
    List<Leaves> left = new ArrayList<>();
    int batch = 48 / copies;
    for (int from = 0; from < frames.size(); from += batch) {
      try (PacketTarget.Wire wire = target.connect()) {
        frames
            .subList(from, Math.min(frames.size(), from + batch))
            .forEach(frame -> wire.send(0, frame));
        left.addAll(wire.disconnect());
      }
    }
    return left;
  }

  static byte[] resource(String name) {
    try (InputStream in = LanguageProgram.class.getResourceAsStream("/language/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    target.close();
  }
}
