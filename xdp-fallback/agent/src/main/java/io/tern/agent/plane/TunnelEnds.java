package io.tern.agent.plane;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The tunnels that end on this host, which are the host's business and no controller's. */
final class TunnelEnds {
  private final Table v4;
  private final Table v6;
  private final List<TunnelEnd> ends;

  TunnelEnds(Table v4, Table v6, Shared shared, List<TunnelEnd> ends) {
    this.v4 = v4;
    this.v6 = v6;
    this.ends = List.copyOf(ends);
    this.ends.stream()
        .filter(end -> end.port() != 0)
        .forEach(end -> shared.addTunnelEnd(end.port()));
  }

  /** Writes all, and takes away those that are not wanted any more. */
  void writeAll() {
    for (Table table : List.of(v4, v6)) {
      List<ByteBuffer> stale = new ArrayList<>();
      table
          .map()
          .forEach(
              (key, value) -> {
                if (ends.stream().noneMatch(end -> isKey(table, key, end))) {
                  stale.add(ByteBuffer.allocate(key.capacity()).put(0, key, 0, key.capacity()));
                }
              });
      for (ByteBuffer key : stale) {
        table.key().put(0, key, 0, key.capacity());
        table.remove();
      }
    }
    for (TunnelEnd end : ends) {
      Table table = end.isV4() ? v4 : v6;
      table.clear();
      putKey(table, table.key(), end);
      table.value("src_addr").putOctets(table.value(), end.maskedNetwork());
      table.value("src_mask").putOctets(table.value(), end.mask());
      table.write();
    }
  }

  private boolean isKey(Table table, ByteBuffer key, TunnelEnd end) {
    if (end.isV4() != (table == v4)) {
      return false;
    }
    ByteBuffer wanted = ByteBuffer.allocate(key.capacity());
    putKey(table, wanted, end);
    return wanted.equals(key);
  }

  private static void putKey(Table table, ByteBuffer key, TunnelEnd end) {
    table.key("addr").putOctets(key, end.address().getAddress());
    table.key("port").putOctets(key, new byte[] {(byte) (end.port() >> 8), (byte) end.port()});
  }
}
