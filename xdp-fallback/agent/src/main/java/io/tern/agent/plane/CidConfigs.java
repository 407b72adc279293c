package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.MapShape;
import io.tern.agent.plane.Pools.Pool;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;

/**
 * Table {@code cid_config}: a pool's configurations are one element of {@code pools}, their round
 * keys elements of {@code keys}. Not thread-safe.
 */
final class CidConfigs {
  private static final int CODEPOINTS = 8;

  private final Table table;
  private final Table keys;
  private final SavedEntries saved;
  private final Pools pools;
  private final ServerIds serverIds;
  private final Vips vips;
  private final Shared shared;
  private final Indices keyIndices;
  private final int limit;
  private int entries;
  private final SecureRandom random = new SecureRandom();
  private final Fields[] fields = new Fields[CODEPOINTS];
  private final Field roundKeys;

  /** The fields of one configuration of a pool. */
  private record Fields(
      Field algorithm,
      Field cidLength,
      Field checkLength,
      Field fourthPass,
      Field sidSpace,
      Field shortSid,
      Field mask,
      Field leftMask,
      Field rightMask,
      Field rightOffset,
      Field key,
      Field generation) {

    static Fields of(MapShape shape, int codepoint) {
      String path = "config[" + codepoint + "].";
      return new Fields(
          shape.value(path + "algorithm"),
          shape.value(path + "cid_length"),
          shape.value(path + "check_length"),
          shape.value(path + "fourth_pass"),
          shape.value(path + "sid_space"),
          shape.value(path + "short_sid"),
          shape.value(path + "mask"),
          shape.value(path + "left_mask"),
          shape.value(path + "right_mask"),
          shape.value(path + "right_offset"),
          shape.value(path + "key"),
          shape.value(path + "generation"));
    }

    /**
     * @param active false leaves the algorithm at none: everything else is there before it
     */
    void put(ByteBuffer value, Config config, boolean active) {
      Decoder decoder = config.decoder;
      algorithm.put(value, active ? decoder.algorithm() : 0);
      cidLength.put(value, decoder.cidLength());
      checkLength.put(value, decoder.checkLength() ? 1 : 0);
      fourthPass.put(value, decoder.fourthPass() ? 1 : 0);
      sidSpace.put(value, decoder.sidSpace());
      shortSid.put(value, decoder.isShort() ? 1 : 0);
      mask.putOctets(value, decoder.sidMask());
      leftMask.putOctets(value, decoder.leftMask());
      rightMask.putOctets(value, decoder.rightMask());
      rightOffset.put(value, decoder.rightOffset());
      key.put(value, Math.max(config.key, 0));
      generation.put(value, config.generation);
    }
  }

  /** An entry. */
  static final class Config implements EntryHandle {
    final Pool pool;
    final int codepoint;
    ActionCall action;
    Decoder decoder;

    /** Index of its round keys; -1 if it has none. */
    int key = -1;

    long generation;
    CounterValue offset = Counts.ZERO;

    private Config(Pool pool, int codepoint) {
      this.pool = pool;
      this.codepoint = codepoint;
    }

    /** Without the action: it may have keys. */
    @Override
    public String toString() {
      return "CID configuration " + codepoint + " of pool " + pool.id;
    }
  }

  CidConfigs(
      Table table,
      Table keys,
      SavedEntries saved,
      Pools pools,
      ServerIds serverIds,
      Vips vips,
      Shared shared,
      int keyCapacity,
      int limit) {
    this.table = table;
    this.keys = keys;
    this.saved = saved;
    this.pools = pools;
    this.serverIds = serverIds;
    this.vips = vips;
    this.shared = shared;
    this.keyIndices = new Indices("round keys", 0, keyCapacity);
    this.limit = limit;
    this.roundKeys = keys.value("round");
    for (int codepoint = 0; codepoint < CODEPOINTS; codepoint++) {
      fields[codepoint] = Fields.of(table.shape(), codepoint);
    }
  }

  void claimKey(int index) {
    keyIndices.claim(index);
  }

  Config insert(List<BigInteger> key, ActionCall action, SavedEntry restored) {
    if (entries >= limit) {
      throw Refusal.full("table cid_config holds %d entries", limit);
    }
    int codepoint = key.get(1).intValueExact();
    Decoder decoder = Decoder.of(action);
    Config config = new Config(pools.reference(key.get(0).intValueExact()), codepoint);
    try {
      assign(config, action, decoder, restored);
    } catch (RuntimeException e) {
      pools.unreference(config.pool);
      throw e;
    }
    config.pool.configs[codepoint] = config;
    entries++;
    config.offset =
        restored != null ? restored.offset() : Counts.minus(Counts.ZERO, vips.counted(config));
    try {
      writeKey(config);
      save(config);
      if (restored == null) {
        write(config.pool, config);
      }
      write(config.pool, null);
    } catch (RuntimeException e) {
      delete(config);
      throw e;
    }
    return config;
  }

  private void assign(Config config, ActionCall action, Decoder decoder, SavedEntry restored) {
    config.key = !decoder.hasKey() ? -1 : restored != null ? restored.index() : keyIndices.take();
    config.generation = restored != null ? restored.generation() : newGeneration();
    config.action = action;
    config.decoder = decoder;
    if (!decoder.isShort()) {
      serverIds.readsLong(decoder.sidSpace());
    }
  }

  /** Never that of another: 64 bits of chance. */
  private long newGeneration() {
    long generation = random.nextLong();
    return generation == 0 ? 1 : generation;
  }

  /** Between the old and the new one packets of the configuration take the fallback. */
  void modify(Config config, ActionCall action) {
    Decoder decoder = Decoder.of(action);
    Decoder oldDecoder = config.decoder;
    int oldKey = config.key;
    write(config.pool, config);
    assign(config, action, decoder, null);
    writeKey(config);
    save(config);
    write(config.pool, config);
    write(config.pool, null);
    drop(oldDecoder, oldKey);
  }

  void delete(Config config) {
    config.pool.configs[config.codepoint] = null;
    entries--;
    write(config.pool, null);
    saved.remove(Tables.CidConfig.ID, key(config));
    drop(config.decoder, config.key);
    pools.unreference(config.pool);
  }

  private void drop(Decoder decoder, int key) {
    if (!decoder.isShort()) {
      serverIds.readsLongNoMore(decoder.sidSpace());
    }
    if (key >= 0) {
      keys.clear().at(key).write();
      keyIndices.giveBack(key);
    }
  }

  CounterValue counter(Config config) {
    return Counts.plus(vips.counted(config), config.offset);
  }

  void setCounter(Config config, CounterValue value) {
    config.offset = Counts.minus(value, vips.counted(config));
    save(config);
  }

  /** Keeps the counts of a VIP of the pool that goes. */
  void addCounts(Config config, CounterValue counts) {
    if (!counts.equals(Counts.ZERO)) {
      config.offset = Counts.plus(config.offset, counts);
      save(config);
    }
  }

  private void save(Config config) {
    saved.write(
        new SavedEntry(
            Tables.CidConfig.ID,
            key(config),
            ContractIds.action(config.action.action()),
            config.action.arguments(),
            config.key,
            config.generation,
            config.offset));
  }

  private static List<BigInteger> key(Config config) {
    return List.of(BigInteger.valueOf(config.pool.id), BigInteger.valueOf(config.codepoint));
  }

  private void writeKey(Config config) {
    if (config.key >= 0 && keys.isBound()) {
      keys.clear().at(config.key);
      roundKeys.putOctets(keys.value(), config.decoder.roundKeys());
      keys.write();
      clear(keys.value());
    }
  }

  private static void clear(ByteBuffer secret) {
    for (int i = 0; i < secret.capacity(); i++) {
      secret.put(i, (byte) 0);
    }
  }

  /** Writes a pool's configurations, one of them not active yet (null: all are). */
  private void write(Pool pool, Config inactive) {
    if (!table.isBound()) {
      return;
    }
    table.clear().at(pool.index);
    for (Config config : pool.configs) {
      if (config != null) {
        fields[config.codepoint].put(table.value(), config, config != inactive);
      }
    }
    table.write();
    shared.changed();
  }

  /** Writes everything after the tables were bound to other maps; takes away what is of no pool. */
  void writeAll() {
    boolean[] named = new boolean[table.map().info().maxEntries()];
    for (Pool pool : pools.all()) {
      named[pool.index] = true;
      for (Config config : pool.configs) {
        if (config != null) {
          writeKey(config);
          save(config);
        }
      }
      write(pool, null);
    }
    for (int index = 0; index < named.length; index++) {
      if (!named[index]) {
        table.clear().at(index).write();
      }
    }
  }
}
