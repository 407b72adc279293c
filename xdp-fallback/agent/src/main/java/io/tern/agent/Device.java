package io.tern.agent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.tern.agent.layout.LayoutException;
import io.tern.agent.layout.ObjectLayout;
import io.tern.agent.neighbour.KernelNextHops;
import io.tern.agent.pin.Generation;
import io.tern.agent.pin.Generations;
import io.tern.agent.pin.Links;
import io.tern.agent.pin.PinFailure;
import io.tern.agent.pin.ProgramObject;
import io.tern.agent.plane.BpfDataPlane;
import io.tern.agent.plane.MapReader;
import io.tern.agent.plane.RestoredState;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.embedded.p4runtime.P4RuntimeDevice;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfProgram;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device of an agent: a P4Runtime device, the generation of maps that its data plane has, and
 * the links to the interfaces.
 *
 * <p>The device's own lock comes first: commits run under it and then take this one's.
 */
final class Device implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Device.class);

  private static final Duration SETTLING = Duration.ofMillis(20);

  private final AgentOptions options;
  private final ProgramObject object;
  private final InterfacePorts ports;
  private final KernelNextHops nextHops;
  private final PlaneLoader loader;
  private final P4RuntimeDevice p4Runtime;
  private final Generations generations;
  private final Links links;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private Generation generation;

  @GuardedBy("lock")
  private BpfDataPlane plane;

  @GuardedBy("lock")
  private Copies copies;

  /** The generation that the next commit goes on with, instead of one of its own. */
  @GuardedBy("lock")
  private Generation adopting;

  /** The next commit takes over from the data plane before it, with its counters. */
  @GuardedBy("lock")
  private boolean carrying;

  @GuardedBy("lock")
  private boolean adopted;

  /** What is wrong with interfaces and was said. */
  @GuardedBy("lock")
  private final Map<String, String> complaints = new HashMap<>();

  Device(AgentOptions options, KernelNextHops nextHops) {
    this.options = options;
    this.object = options.program();
    this.nextHops = nextHops;
    this.ports = new InterfacePorts(options.ports());
    this.loader = new PlaneLoader(object.layout(), ports, nextHops, options.tunnels());
    this.generations = new Generations(options.deviceDirectory());
    this.links = new Links(options.deviceDirectory(), options.mode());
    this.p4Runtime =
        new P4RuntimeDevice(options.deviceId(), loader, this::committing, Device::packetOut);
  }

  private static boolean packetOut(byte[] frame) {
    throw new DataPlaneException(
        DataPlaneException.Code.UNIMPLEMENTED,
        "packet-outs: a host sends by its own network stack, not through this device");
  }

  P4RuntimeDevice p4Runtime() {
    return p4Runtime;
  }

  /** Goes on from what is pinned, if there is something. */
  void start() throws IOException {
    Generation found;
    synchronized (lock) {
      links.open(new TreeSet<>(options.ports().values()));
      found = generations.findCurrent(links.programIds()).orElse(null);
    }
    if (found == null) {
      logger.info("Nothing is pinned under {}", options.deviceDirectory());
      if (options.attach()) {
        // Here somebody sees it, and nobody might when a controller comes.
        options.ports().values().forEach(links::checkFree);
      }
      return;
    }
    adopt(found);
    synchronized (lock) {
      attachAll(generation.program());
    }
  }

  private void adopt(Generation found) throws IOException {
    ForwardingPipelineConfig config = found.pipeline();
    boolean sameLayout = found.layout().hash().equals(object.layout().hash());
    RestoredState state = MapReader.read(found.layout(), found::map);
    try {
      restore(config, state, found);
    } catch (LayoutException e) {
      // Not even the parts of it that this agent knows: the entries come over, without their
      // counters.
      logger.warn("Counters of {} begin anew: {}", found, e.getMessage());
      restoreElsewhere(config, state, found);
      return;
    }
    if (!sameLayout) {
      logger.info("The maps have another layout than this agent's program: migrating them");
      loader.expect(object.layout(), p -> {});
      synchronized (lock) {
        carrying = true;
      }
      p4Runtime.reload();
    } else if (!found.objectHash().equals(object.hash())) {
      logger.info("Replacing the program");
      synchronized (lock) {
        generations.replaceProgram(found, object, links::update);
      }
    }
    loader.expect(object.layout(), p -> {});
  }

  /** Has a data plane go on with the maps of a generation. */
  private void restore(ForwardingPipelineConfig config, RestoredState state, Generation found) {
    synchronized (lock) {
      adopting = found;
      adopted = true;
    }
    write(config, state, found.layout(), true);
    synchronized (lock) {
      links.update(found.program());
    }
    logger.info("Adopted {} entries", state.entries().size());
  }

  /** Has a data plane with maps of its own take what other maps have. */
  private void restoreElsewhere(
      ForwardingPipelineConfig config, RestoredState state, Generation found) {
    synchronized (lock) {
      adopting = null;
      generation = found;
    }
    write(config, state, object.layout(), false);
    loader.expect(object.layout(), p -> {});
  }

  private void write(
      ForwardingPipelineConfig config, RestoredState state, ObjectLayout layout, boolean inPlace) {
    BpfDataPlane[] made = new BpfDataPlane[1];
    loader.expect(
        layout,
        loaded -> {
          made[0] = loaded;
          if (inPlace) {
            loaded.claim(state);
            state.counts().forEach(loaded::restoreCount);
          }
        });
    List<String> refused =
        p4Runtime.adopt(
            config,
            new RestoredUpdates(
                state.entries(), entry -> made[0].restoring(inPlace ? entry : null)));
    refused.forEach(why -> logger.warn("An entry of the maps is not taken over: {}", why));
  }

  private void committing(ForwardingPipelineConfig config, DataPlane dataPlane) {
    BpfDataPlane next = (BpfDataPlane) dataPlane;
    synchronized (lock) {
      try {
        if (next == plane) {
          generation.setPipeline(config);
        } else if (adopting != null) {
          Generation found = adopting;
          adopting = null;
          next.activate(found);
          use(found, next);
        } else {
          replace(config, next);
        }
      } catch (IOException e) {
        throw new DataPlaneException(
            DataPlaneException.Code.FAILED_PRECONDITION,
            "pinning under " + options.deviceDirectory() + " failed: " + PinFailure.reason(e));
      } catch (AgentException e) {
        throw new DataPlaneException(DataPlaneException.Code.FAILED_PRECONDITION, e.getMessage());
      } catch (BpfException e) {
        throw PinFailure.refusal(e, options.pinDirectory());
      } finally {
        carrying = false;
      }
    }
  }

  /**
   * New maps for a new data plane; then the program that reads them, in place of the old one. What
   * fails leaves everything as it was.
   */
  @GuardedBy("lock")
  private void replace(ForwardingPipelineConfig config, BpfDataPlane next) throws IOException {
    Generation created = generations.create(object, loader.sizesOf(next).maps(), config);
    Generation old = generation;
    BpfDataPlane before = plane;
    boolean counting = carrying && before != null;
    DataPlane.CounterValue[] copied;
    Set<String> attached = Set.of();
    try {
      next.activate(created);
      generations.complete(created);
      attached = attachAll(created.program());
      copied = counting ? reasons(next) : null;
      links.update(created.program());
    } catch (RuntimeException e) {
      undo(created, next, attached, e);
      throw e;
    }
    use(created, next);
    if (counting) {
      addLate(before, copied, next);
    }
    if (before != null) {
      before.deactivate();
    }
    if (old != null) {
      try {
        generations.remove(old);
      } catch (UncheckedIOException e) {
        logger.warn(
            "{} stays until the next agent starts: {}", old, PinFailure.reason(e.getCause()));
      }
    }
  }

  @GuardedBy("lock")
  private void undo(
      Generation created, BpfDataPlane next, Set<String> attached, RuntimeException cause) {
    try {
      attached.forEach(links::drop);
      if (generation != null) {
        links.update(generation.program());
      }
      next.deactivate();
      generations.remove(created);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** What the old program counted between the copy of the counters and its end. */
  private static void addLate(
      BpfDataPlane before, DataPlane.CounterValue[] copied, BpfDataPlane next) {
    // What met the old program on another CPU is done with it by then.
    LockSupport.parkNanos(SETTLING.toNanos());
    DataPlane.CounterValue[] last = reasons(before);
    for (int reason = 0; reason < copied.length; reason++) {
      next.addCount(
          reason,
          new DataPlane.CounterValue(
              last[reason].packets() - copied[reason].packets(),
              last[reason].bytes() - copied[reason].bytes()));
    }
  }

  private static DataPlane.CounterValue[] reasons(BpfDataPlane plane) {
    DataPlane.CounterValue[] values = new DataPlane.CounterValue[Reason.values().length];
    for (int reason = 0; reason < values.length; reason++) {
      values[reason] = plane.counter(TernP4.Counters.Reason.NAME, reason);
    }
    return values;
  }

  @GuardedBy("lock")
  private void use(Generation used, BpfDataPlane by) {
    if (copies != null) {
      copies.close();
    }
    generation = used;
    plane = by;
    copies =
        new Copies(
            used.map("events"),
            used.layout().map("events"),
            ports,
            by::copyLength,
            frame -> p4Runtime.packetIn(frame, 0, frame.length));
  }

  /**
   * Attaches a program to the interfaces that have none.
   *
   * @return those to which it was attached
   * @throws AgentException why an interface refused it, if no other has it
   */
  @GuardedBy("lock")
  private Set<String> attachAll(BpfProgram program) {
    Set<String> attached = new TreeSet<>();
    if (!options.attach()) {
      return attached;
    }
    AgentException refusal = null;
    for (String name : options.ports().values()) {
      try {
        switch (links.attach(name, program)) {
          case NEW -> {
            attached.add(name);
            complaints.remove(name);
          }
          case OLD -> complaints.remove(name);
          case NO_INTERFACE ->
              complain(name, name + ": there is no such interface; it is attached when it comes");
        }
      } catch (AgentException e) {
        refusal = refusal == null ? e : refusal;
        complain(name, e.getMessage());
      }
    }
    if (refusal != null && options.ports().values().stream().noneMatch(links::isAttached)) {
      throw refusal;
    }
    return attached;
  }

  /** Says once what is wrong with an interface, until it is something else. */
  @GuardedBy("lock")
  private void complain(String name, String what) {
    if (!what.equals(complaints.put(name, what))) {
      logger.warn("{}", what);
    }
  }

  /** Interfaces, routes or neighbours have changed. */
  void networkChanged() {
    synchronized (lock) {
      if (ports.refresh()) {
        logger.info("Interfaces have changed");
      }
      if (plane == null) {
        return;
      }
      try {
        attachAll(generation.program());
      } catch (AgentException e) {
        // Said already, and tried again with the next change.
        logger.debug("No interface is attached", e);
      }
      nextHops.forget();
      plane.refreshNextHops();
    }
  }

  /** Now and then: neighbours in use are confirmed, and what has changed unseen is found. */
  void lookAfter() {
    nextHops.keepFresh();
    networkChanged();
  }

  DataPlane.CounterValue reason(int cell) {
    synchronized (lock) {
      return plane == null
          ? new DataPlane.CounterValue(0, 0)
          : plane.counter(TernP4.Counters.Reason.NAME, cell);
    }
  }

  AgentStatus status() {
    synchronized (lock) {
      Map<String, Boolean> attached = new LinkedHashMap<>();
      options.ports().values().forEach(name -> attached.put(name, links.isAttached(name)));
      return new AgentStatus(
          attached,
          plane == null ? 0 : plane.serverIds(),
          generation == null ? 0 : generation.memory(),
          adopted,
          plane != null);
    }
  }

  /** Lets go of everything; what is pinned stays. */
  @Override
  public void close() {
    synchronized (lock) {
      if (copies != null) {
        copies.close();
      }
      if (plane != null) {
        plane.deactivate();
      }
      if (generation != null) {
        generation.close();
      }
      if (adopting != null) {
        adopting.close();
      }
      links.close();
    }
  }
}
