package io.tern.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tern.agent.layout.ObjectLayout;
import io.tern.agent.plane.BpfDataPlane;
import io.tern.agent.plane.ContractIds;
import io.tern.agent.plane.NextHops;
import io.tern.agent.plane.Ports;
import io.tern.agent.plane.TableSizes;
import io.tern.agent.plane.TunnelEnd;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.engine.DataPlaneException.Code;
import io.tern.embedded.p4runtime.DataPlaneLoader;
import io.tern.libbpf.Libbpf;
import io.tern.p4.contract.TernP4.Tables;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes data planes for Tern's program and no other. The BPF program stands for it; of the JSON it
 * takes which tables there are and how many entries they hold.
 */
final class PlaneLoader implements DataPlaneLoader {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<Integer> INDISPENSABLE =
      List.of(Tables.CidConfig.ID, Tables.ServerId.ID, Tables.Fallback.ID, Tables.Backend.ID);

  private final Ports ports;
  private final NextHops nextHops;
  private final List<TunnelEnd> tunnels;
  private final int cpus = Libbpf.possibleCpus();
  private final Map<BpfDataPlane, TableSizes> sizes = new java.util.WeakHashMap<>();
  private ObjectLayout layout;
  private Consumer<BpfDataPlane> loaded = plane -> {};

  PlaneLoader(ObjectLayout layout, Ports ports, NextHops nextHops, List<TunnelEnd> tunnels) {
    this.layout = layout;
    this.ports = ports;
    this.nextHops = nextHops;
    this.tunnels = tunnels;
  }

  /** The layout of the maps that the next data plane will have, and who is told of it. */
  void expect(ObjectLayout layout, Consumer<BpfDataPlane> loaded) {
    this.layout = layout;
    this.loaded = loaded;
  }

  @Override
  public DataPlane load(byte[] json) {
    TableSizes tables = sizes(json);
    BpfDataPlane plane = new BpfDataPlane(layout, tables, ports, nextHops, tunnels, cpus);
    sizes.put(plane, tables);
    loaded.accept(plane);
    return plane;
  }

  /** How large the tables of a data plane are that was made here. */
  TableSizes sizesOf(BpfDataPlane plane) {
    return sizes.get(plane);
  }

  static TableSizes sizes(byte[] json) {
    Map<Integer, Integer> sizes = new HashMap<>();
    try {
      for (JsonNode pipeline : MAPPER.readTree(json).path("pipelines")) {
        for (JsonNode table : pipeline.path("tables")) {
          String name = table.path("name").asText();
          int id = ContractIds.table(name);
          // Tables without a key are the compiler's own, for single statements.
          if (id == 0 && !table.path("key").isEmpty()) {
            throw new DataPlaneException(
                Code.INVALID_ARGUMENT,
                "table '"
                    + name
                    + "' is not Tern's: an XDP agent has Tern's program and runs no other");
          }
          sizes.put(id, table.path("max_size").asInt());
        }
      }
    } catch (IOException e) {
      throw new DataPlaneException(Code.INVALID_ARGUMENT, e.getMessage());
    }
    sizes.remove(0);
    for (int id : INDISPENSABLE) {
      if (!sizes.containsKey(id)) {
        throw new DataPlaneException(
            Code.INVALID_ARGUMENT,
            "the program has no table "
                + io.tern.p4.contract.TernP4.nameOf(id)
                + ": an XDP agent has Tern's program and runs no other");
      }
    }
    return new TableSizes(sizes);
  }
}
