package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import java.math.BigInteger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Table {@code return_path_v4} or {@code return_path_v6}. Not thread-safe. */
final class ReturnPaths {
  private final Table table;
  private final Shared shared;
  private final int addressLength;
  private final int limit;
  private final Set<Path> paths = new LinkedHashSet<>();
  private final Field addr;
  private final Field port;
  private final Field vipAddr;
  private final Field vipPort;

  /** An entry. */
  static final class Path implements EntryHandle {
    private final ReturnPaths owner;
    private final List<BigInteger> key;
    private List<BigInteger> vip;

    private Path(ReturnPaths owner, List<BigInteger> key, List<BigInteger> vip) {
      this.owner = owner;
      this.key = key;
      this.vip = vip;
    }

    void modify(ActionCall action) {
      vip = action.arguments();
      owner.write(this);
    }

    void delete() {
      owner.delete(this);
    }
  }

  ReturnPaths(Table table, Shared shared, int addressLength, int limit) {
    this.table = table;
    this.shared = shared;
    this.addressLength = addressLength;
    this.limit = limit;
    this.addr = table.key("addr");
    this.port = table.key("port");
    this.vipAddr = table.value("addr");
    this.vipPort = table.value("port");
  }

  Path insert(List<BigInteger> key, ActionCall action) {
    if (paths.size() >= limit) {
      throw Refusal.full("table %s holds %d entries", table.shape().name(), limit);
    }
    Path path = new Path(this, key, action.arguments());
    paths.add(path);
    shared.addReturnPath(key.get(1).intValueExact());
    try {
      write(path);
    } catch (RuntimeException e) {
      delete(path);
      throw e;
    }
    return path;
  }

  private void delete(Path path) {
    if (table.isBound()) {
      putKey(path);
      table.remove();
    }
    shared.removeReturnPath(path.key.get(1).intValueExact());
    paths.remove(path);
  }

  private void write(Path path) {
    if (table.isBound()) {
      putKey(path);
      vipAddr.putOctets(table.value(), BackendWay.octets(path.vip.get(0), addressLength));
      vipPort.putOctets(table.value(), BackendWay.octets(path.vip.get(1), 2));
      table.write();
    }
  }

  private void putKey(Path path) {
    table.clear();
    addr.putOctets(table.key(), BackendWay.octets(path.key.get(0), addressLength));
    port.putOctets(table.key(), BackendWay.octets(path.key.get(1), 2));
  }

  void writeAll() {
    paths.forEach(this::write);
  }
}
