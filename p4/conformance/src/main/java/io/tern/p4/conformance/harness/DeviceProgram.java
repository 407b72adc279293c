package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.config.v1.P4Info;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a device's P4Info says that it can do: profiles leave tables and actions out.
 *
 * <p>A row is for a device that has everything that the row's frames use. The states of rows have
 * more than that, most of them a VIP of either family; what the device does not have of it and no
 * frame uses is left out ({@link #fitted}). When in doubt a frame uses an entry, and the row is not
 * for this device: a row is never made easier, its outputs and counters are wanted in full.
 */
public final class DeviceProgram {
  /** Those whose keys begin with an address: what has not got it in it does not hit them. */
  private static final Set<Integer> TABLES_OF_ADDRESSES =
      Set.of(
          Tables.VipV4.ID,
          Tables.VipV6.ID,
          Tables.ReturnPathV4.ID,
          Tables.ReturnPathV6.ID,
          Tables.EchoV4.ID,
          Tables.EchoV6.ID);

  /** Of each register; where there are fewer, rows meet what others have left. */
  private static final int CELLS = 65_536;

  private static final int ETHERTYPE = 12;
  private static final Set<Integer> TAGS = Set.of(0x8100, 0x88a8);
  private static final int TAG_OCTETS = 4;
  private static final int MOST_TAGS = 2;

  private final Set<Integer> ids;
  private final boolean keepsRowsApart;

  public DeviceProgram(P4Info p4Info) {
    requireNonNull(p4Info, "p4Info");
    ids =
        Stream.of(
                p4Info.getTablesList().stream().map(table -> table.getPreamble().getId()),
                p4Info.getActionsList().stream().map(action -> action.getPreamble().getId()),
                p4Info.getCountersList().stream().map(counter -> counter.getPreamble().getId()))
            .flatMap(ids -> ids)
            .collect(Collectors.toUnmodifiableSet());
    keepsRowsApart =
        p4Info.getRegistersList().stream().allMatch(register -> register.getSize() >= CELLS);
  }

  /** Whether a table, an action or an indirect counter of the contract is there. */
  public boolean has(int id) {
    return ids.contains(id);
  }

  /** Tables, actions and the like that a row uses and the device does not have, by name. */
  public Set<String> missingFor(Row row) {
    Set<String> missing = new TreeSet<>();
    for (Row.Step step : row.steps()) {
      for (DeviceEntry entry : step.state().entries()) {
        if (!keepsRowsApart && entry.actionId() == Actions.SetPoolStateful.ID && uses(row, entry)) {
          missing.add("registers of %,d cells".formatted(CELLS));
        }
        if (!has(entry) && uses(row, entry)) {
          for (int id : new int[] {entry.tableId(), entry.actionId()}) {
            if (!has(id)) {
              missing.add(TernP4.nameOf(id));
            }
          }
        }
      }
      // A family without VIPs is not parsed: all of its frames are no VIP's, malformed ones, too.
      OptionalInt vips = vipsOfFamily(step.input());
      if (vips.isPresent() && !has(vips.getAsInt()) && step.reason() != Reason.NOT_VIP) {
        missing.add(TernP4.nameOf(vips.getAsInt()));
      }
    }
    return missing;
  }

  /**
   * The row without what the device does not have and no frame of the row uses.
   *
   * @param row for which nothing is missing
   */
  public Row fitted(Row row) {
    return new Row(row.description(), row.steps().stream().map(this::fitted).toList());
  }

  private Row.Step fitted(Row.Step step) {
    DeviceState state = step.state();
    List<DeviceEntry> entries = state.entries().stream().filter(this::has).toList();
    return entries.size() == state.entries().size()
        ? step
        : new Row.Step(
            new DeviceState(
                entries, state.multicastGroups(), state.cloneSessions(), state.unknownMacsGroup()),
            step.input(),
            step.outputs(),
            step.reason(),
            step.counts());
  }

  private boolean has(DeviceEntry entry) {
    return has(entry.tableId()) && has(entry.actionId());
  }

  private static boolean uses(Row row, DeviceEntry entry) {
    return !TABLES_OF_ADDRESSES.contains(entry.tableId())
        || row.steps().stream()
            .anyMatch(step -> contains(frame(step.input()), entry.key().get(0).toByteArray()));
  }

  private static Octets frame(Input input) {
    return input instanceof Input.Arrives arrives
        ? arrives.frame()
        : ((Input.PacketOut) input).frame();
  }

  /** Wherever it is: destinations, sources, and those of what an ICMP error quotes. */
  private static boolean contains(Octets frame, byte[] address) {
    byte[] octets = frame.toByteArray();
    for (int at = 0; at + address.length <= octets.length; at++) {
      if (Arrays.equals(octets, at, at + address.length, address, 0, address.length)) {
        return true;
      }
    }
    return false;
  }

  /** The table for VIPs of the frame's family; none if it is of neither, or not from a port. */
  private static OptionalInt vipsOfFamily(Input input) {
    if (!(input instanceof Input.Arrives arrives)) {
      return OptionalInt.empty();
    }
    byte[] octets = arrives.frame().toByteArray();
    int at = ETHERTYPE;
    for (int tags = 0; tags < MOST_TAGS && TAGS.contains(etherType(octets, at)); tags++) {
      at += TAG_OCTETS;
    }
    return switch (etherType(octets, at)) {
      case 0x0800 -> OptionalInt.of(Tables.VipV4.ID);
      case 0x86dd -> OptionalInt.of(Tables.VipV6.ID);
      default -> OptionalInt.empty();
    };
  }

  /** -1 where the frame ends before. */
  private static int etherType(byte[] octets, int at) {
    return at + 1 < octets.length
        ? (Byte.toUnsignedInt(octets[at]) << 8) | Byte.toUnsignedInt(octets[at + 1])
        : -1;
  }
}
