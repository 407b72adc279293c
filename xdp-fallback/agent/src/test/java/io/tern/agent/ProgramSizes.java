package io.tern.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.TextFormat;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tern's program with tables of other sizes.
 *
 * @param sizes by table ID
 */
record ProgramSizes(Map<Integer, Integer> sizes) {
  /** Enough for tests, and loaded in a moment. */
  static final ProgramSizes SMALL =
      new ProgramSizes(
          Map.of(
              Tables.VipV4.ID, 16,
              Tables.VipV6.ID, 16,
              Tables.CidConfig.ID, 64,
              Tables.ServerId.ID, 256,
              Tables.Fallback.ID, 1024,
              Tables.Backend.ID, 64,
              Tables.ServingBackend.ID, 64,
              Tables.ReturnPathV4.ID, 64,
              Tables.ReturnPathV6.ID, 64));

  /** Loads it. */
  void load(P4RuntimeClient client) {
    try {
      client.load(p4Info(), json(), TernPipeline.cookie());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] json() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Map<String, Integer> byName =
        sizes.entrySet().stream()
            .collect(Collectors.toMap(e -> TernP4.nameOf(e.getKey()), Map.Entry::getValue));
    JsonNode json = mapper.readTree(TernPipeline.bmv2Json());
    for (JsonNode pipeline : json.path("pipelines")) {
      for (JsonNode table : pipeline.path("tables")) {
        String name = table.path("name").asText();
        Integer size = byName.get(name.substring(name.lastIndexOf('.') + 1));
        if (size != null) {
          ((ObjectNode) table).put("max_size", size);
        }
      }
    }
    return mapper.writeValueAsBytes(json);
  }

  /** As Protobuf text. */
  private String p4Info() throws TextFormat.ParseException {
    P4Info.Builder info = P4Info.newBuilder();
    TextFormat.merge(TernPipeline.p4InfoText(), info);
    info.getTablesBuilderList()
        .forEach(
            table -> {
              Integer size = sizes.get(table.getPreamble().getId());
              if (size != null) {
                table.setSize(size);
              }
            });
    return TextFormat.printer().printToString(info.build());
  }
}
