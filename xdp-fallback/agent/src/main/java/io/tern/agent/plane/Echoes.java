package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import java.math.BigInteger;
import java.util.LinkedHashSet;
import java.util.Set;

/** Table {@code echo_v4} or {@code echo_v6}. Not thread-safe. */
final class Echoes {
  private final Table table;
  private final int addressLength;
  private final int limit;
  private final Set<Echo> echoes = new LinkedHashSet<>();
  private final Field addr;

  /** An entry. */
  static final class Echo implements EntryHandle {
    private final Echoes owner;
    private final BigInteger address;

    private Echo(Echoes owner, BigInteger address) {
      this.owner = owner;
      this.address = address;
    }

    void delete() {
      owner.delete(this);
    }
  }

  Echoes(Table table, int addressLength, int limit) {
    this.table = table;
    this.addressLength = addressLength;
    this.limit = limit;
    this.addr = table.key(Field.WHOLE);
  }

  Echo insert(BigInteger address) {
    if (echoes.size() >= limit) {
      throw Refusal.full("table %s holds %d entries", table.shape().name(), limit);
    }
    Echo echo = new Echo(this, address);
    write(echo);
    echoes.add(echo);
    return echo;
  }

  private void delete(Echo echo) {
    if (table.isBound()) {
      putKey(echo);
      table.remove();
    }
    echoes.remove(echo);
  }

  private void write(Echo echo) {
    putKey(echo);
    table.write();
  }

  private void putKey(Echo echo) {
    table.clear();
    addr.putOctets(table.key(), BackendWay.octets(echo.address, addressLength));
  }

  void writeAll() {
    echoes.forEach(this::write);
  }
}
