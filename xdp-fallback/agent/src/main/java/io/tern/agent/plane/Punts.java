package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.MeterRates;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Table {@code punt} with its meter: samples that the program puts on its ring. The meter is one
 * for each CPU, so its rate is divided among them, and a burst is each CPU's. Not thread-safe.
 */
final class Punts {
  private static final long SECOND = 1_000_000_000L;

  /** Longer than any machine is up. */
  private static final long NEVER = SECOND * 3600 * 24 * 365 * 20;

  private final Table table;
  private final SavedEntries saved;
  private final Shared shared;
  private final int cpus;
  private final Set<Punt> punts = new LinkedHashSet<>();
  private final Field mask;
  private final Field interval;
  private final Field burst;

  /** An entry. */
  static final class Punt implements EntryHandle {
    private final int reason;
    private ActionCall action;
    private MeterRates rates;

    private Punt(int reason, ActionCall action) {
      this.reason = reason;
      this.action = action;
    }
  }

  Punts(Table table, SavedEntries saved, Shared shared, int cpus) {
    this.table = table;
    this.saved = saved;
    this.shared = shared;
    this.cpus = cpus;
    this.mask = table.value("mask");
    this.interval = table.value("interval");
    this.burst = table.value("burst");
  }

  Punt insert(BigInteger key, ActionCall action) {
    int reason = key.intValueExact();
    if (reason >= Reason.values().length) {
      throw Refusal.invalid("reason %d: there are %d", reason, Reason.values().length);
    }
    Punt punt = new Punt(reason, action);
    save(punt);
    write(punt);
    punts.add(punt);
    return punt;
  }

  void modify(Punt punt, ActionCall action) {
    punt.action = action;
    save(punt);
    write(punt);
  }

  void setMeter(Punt punt, MeterRates rates) {
    punt.rates = rates;
    save(punt);
    write(punt);
  }

  void delete(Punt punt) {
    shared.sample(punt.reason, false);
    table.clear().at(punt.reason).write();
    saved.remove(Tables.Punt.ID, List.of(BigInteger.valueOf(punt.reason)));
    punts.remove(punt);
  }

  private void save(Punt punt) {
    saved.write(
        new SavedEntry(
            Tables.Punt.ID,
            List.of(BigInteger.valueOf(punt.reason)),
            ContractIds.action(punt.action.action()),
            withMeter(punt),
            0,
            0,
            Counts.ZERO));
  }

  /** The action's argument, and behind it the rates if there are any. */
  private static List<BigInteger> withMeter(Punt punt) {
    BigInteger sampleMask = punt.action.arguments().get(0);
    MeterRates rates = punt.rates;
    return rates == null
        ? List.of(sampleMask)
        : List.of(
            sampleMask,
            BigInteger.valueOf(rates.committedRate()),
            BigInteger.valueOf(rates.committedBurst()),
            BigInteger.valueOf(rates.peakRate()),
            BigInteger.valueOf(rates.peakBurst()));
  }

  private void write(Punt punt) {
    table.clear().at(punt.reason);
    mask.put(table.value(), punt.action.arguments().get(0).longValueExact());
    if (punt.rates != null) {
      long each =
          punt.rates.committedRate() == 0 ? NEVER : SECOND * cpus / punt.rates.committedRate();
      interval.put(table.value(), Math.max(each, 1));
      long more = Math.max(punt.rates.committedBurst() - 1, 0);
      burst.put(table.value(), more == 0 || each <= NEVER / more ? more * each : NEVER);
    }
    table.write();
    shared.sample(punt.reason, true);
  }

  void writeAll() {
    punts.forEach(this::write);
    punts.forEach(this::save);
  }
}
