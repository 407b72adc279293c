package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.entry.Bits;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.oracle.Decision.Copy;
import io.tern.core.oracle.Decision.Hits;
import io.tern.core.oracle.Decision.NamedServer;
import io.tern.core.planner.RoundKeys;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** What a row's entries mean, for the oracle: the contract of docs/architecture.md backwards. */
final class RowView implements DeviceView {
  static final int CPU_PORT = 255;

  private static final int ROUND_KEYS = 11;

  private final DeviceState state;
  private final Map<Integer, Map<List<Octets>, DeviceEntry>> tables = new HashMap<>();

  RowView(DeviceState state) {
    this.state = state;
    for (DeviceEntry entry : state.entries()) {
      tables.computeIfAbsent(entry.tableId(), id -> new HashMap<>()).put(entry.key(), entry);
    }
  }

  /** The entries whose direct counters count a packet that met these. */
  Set<DeviceEntry> counting(Hits hits) {
    Set<DeviceEntry> counting = new HashSet<>();
    hits.vip().map(Integer::valueOf).map(state.entries()::get).ifPresent(counting::add);
    hits.cidConfig()
        .flatMap(key -> find(Tables.CidConfig.ID, poolKey(key.poolId()), octet(key.codepoint())))
        .ifPresent(counting::add);
    hits.server().flatMap(this::serverEntry).ifPresent(counting::add);
    hits.backend().stream()
        .mapToObj(this::backendEntry)
        .flatMap(Optional::stream)
        .forEach(counting::add);
    return counting;
  }

  @Override
  public Optional<VipView> vip(byte[] address, int port) {
    int table = address.length == 4 ? Tables.VipV4.ID : Tables.VipV6.ID;
    return find(table, Octets.of(address), Octets.number(port, 2)).map(this::vip);
  }

  private VipView vip(DeviceEntry entry) {
    List<Octets> params = entry.parameters();
    boolean steerOnly = entry.actionId() == Actions.SetPoolSteerOnly.ID;
    int pool = (int) params.get(0).toNumber();
    long mask = steerOnly ? 0 : params.get(1).toNumber();
    int group = steerOnly ? 0 : (int) params.get(3).toNumber();
    return new VipView(
        Integer.toString(state.entries().indexOf(entry)),
        steerOnly,
        new PoolView(
            Integer.toString(pool),
            pool,
            !steerOnly && params.get(2).toNumber() == 1,
            entry.actionId() == Actions.SetPoolStateful.ID
                ? Optional.of(Duration.of(params.get(4).toNumber(), ChronoUnit.MICROS))
                : Optional.empty(),
            new CidLookup(configs(pool), this::named),
            hash -> slot(pool, Integer.toUnsignedLong(hash) & mask),
            group == 0 ? Optional.empty() : Optional.of(copiesOf(group)),
            serving()));
  }

  private OptionalInt named(NamedServer server) {
    return serverEntry(server).stream().mapToInt(RowView::backendOf).findFirst();
  }

  private Optional<DeviceEntry> serverEntry(NamedServer server) {
    Octets id = Octets.of(server.serverId().toByteArray());
    Octets aligned = id.then(Octets.of(new byte[DeviceState.SERVER_ID_LENGTH - id.length()]));
    return find(Tables.ServerId.ID, Octets.number(server.sidSpace(), 2), aligned);
  }

  private OptionalInt slot(int pool, long slot) {
    return find(Tables.Fallback.ID, Octets.number(pool, 2), Octets.number(slot, 4)).stream()
        .mapToInt(RowView::backendOf)
        .findFirst();
  }

  private static int backendOf(DeviceEntry serverOrSlot) {
    return (int) serverOrSlot.parameters().get(0).toNumber();
  }

  private Set<Integer> serving() {
    return all(Tables.ServingBackend.ID).stream()
        .map(entry -> (int) entry.key().get(0).toNumber())
        .collect(Collectors.toSet());
  }

  @Override
  public Optional<Way> way(int backend) {
    return backendEntry(backend).map(RowView::way);
  }

  private static Way way(DeviceEntry backend) {
    List<Octets> params = backend.parameters();
    return backend.actionId() == Actions.DeliverLocal.ID
        ? new Way.Here()
        : delivery(
            (int) params.get(0).toNumber(), backend.actionId(), params.subList(1, params.size()));
  }

  private Optional<DeviceEntry> backendEntry(int backend) {
    return find(Tables.Backend.ID, Octets.number(backend, 4));
  }

  private List<Delivery> copiesOf(int group) {
    List<Delivery> copies = new ArrayList<>();
    for (DeviceState.Copy copy : state.multicastGroups().getOrDefault(group, List.of())) {
      find(Tables.Replica.ID, Octets.number(copy.instance(), 4))
          .map(entry -> delivery(copy.port(), entry.actionId(), entry.parameters()))
          .ifPresent(copies::add);
    }
    return copies;
  }

  /** {@code params} are those that {@code backend} and {@code replica} have in common. */
  private static Delivery delivery(int port, int action, List<Octets> params) {
    Forwarding forwarding = new Forwarding.L2();
    InetAddress address = InetAddress.getLoopbackAddress();
    int udpPort = 0;
    Optional<InetAddress> source = Optional.empty();
    switch (action) {
      case Actions.ForwardL2.ID, Actions.ReplicateL2.ID -> {}
      case Actions.TunnelIpipV4.ID,
          Actions.TunnelIpipV6.ID,
          Actions.ReplicateIpipV4.ID,
          Actions.ReplicateIpipV6.ID -> {
        source = Optional.of(address(params.get(2)));
        address = address(params.get(3));
        forwarding = new Forwarding.IpIp((int) params.get(4).toNumber());
      }
      case Actions.TunnelGueV4.ID,
          Actions.TunnelGueV6.ID,
          Actions.ReplicateGueV4.ID,
          Actions.ReplicateGueV6.ID -> {
        source = Optional.of(address(params.get(2)));
        address = address(params.get(3));
        forwarding = new Forwarding.Gue((int) params.get(4).toNumber());
      }
      case Actions.NatV4.ID,
          Actions.NatV6.ID,
          Actions.ReplicateNatV4.ID,
          Actions.ReplicateNatV6.ID -> {
        address = address(params.get(2));
        udpPort = (int) params.get(3).toNumber();
        forwarding = new Forwarding.Nat();
      }
      default -> throw new IllegalArgumentException("no way to a backend: action " + action);
    }
    long sourceMac = params.get(1).toNumber();
    return new Delivery(
        port,
        new MacAddress(params.get(0).toNumber()),
        sourceMac == 0 ? Optional.empty() : Optional.of(new MacAddress(sourceMac)),
        forwarding,
        address,
        udpPort,
        source);
  }

  private List<CidLookup.Config> configs(int pool) {
    return all(Tables.CidConfig.ID).stream()
        .filter(entry -> entry.key().get(0).toNumber() == pool)
        .filter(entry -> entry.key().get(1).toNumber() != QuicLbConfig.UNROUTABLE_CODEPOINT)
        .map(RowView::config)
        .toList();
  }

  private static CidLookup.Config config(DeviceEntry entry) {
    List<Octets> params = entry.parameters();
    int codepoint = (int) entry.key().get(1).toNumber();
    int serverIdLength = setOctets(params.get(1));
    int nonceLength = (int) params.get(2).toNumber() - 1 - serverIdLength;
    boolean checkLength = params.get(3).toNumber() == 1;
    QuicLbConfig quicLb =
        new QuicLbConfig(
            codepoint,
            switch (entry.actionId()) {
              case Actions.DecodeSinglePass.ID -> CidAlgorithm.SINGLE_PASS;
              case Actions.DecodeFourPass.ID -> CidAlgorithm.FOUR_PASS;
              default -> CidAlgorithm.PLAINTEXT;
            },
            serverIdLength,
            nonceLength,
            entry.actionId() == Actions.DecodePlaintext.ID
                ? Optional.empty()
                : Optional.of(key(params)),
            checkLength);
    return new CidLookup.Config(
        new CidConfigKey(Long.toString(entry.key().get(0).toNumber()), codepoint),
        quicLb,
        (int) params.get(0).toNumber(),
        checkLength);
  }

  /** The first round key, transposed, is the key; transposing undoes itself. */
  private static CidKey key(List<Octets> params) {
    List<Octets> roundKeys = params.subList(params.size() - ROUND_KEYS, params.size());
    CidKey planes = CidKey.of(roundKeys.get(0).toByteArray());
    CidKey key = CidKey.of(padded(RoundKeys.of(planes).get(0), CidKey.LENGTH));
    List<Octets> expanded =
        RoundKeys.of(key).stream().map(k -> Octets.of(padded(k, CidKey.LENGTH))).toList();
    if (!expanded.equals(roundKeys)) {
      throw new IllegalArgumentException("round keys of no key");
    }
    return key;
  }

  private static byte[] padded(Bits bits, int length) {
    byte[] value = bits.toByteArray();
    return Octets.of(new byte[length - value.length]).then(Octets.of(value)).toByteArray();
  }

  private static int setOctets(Octets mask) {
    int set = 0;
    while (set < mask.length() && mask.at(set) == 0xff) {
      set++;
    }
    return set;
  }

  @Override
  public boolean answersEcho(byte[] address) {
    int table = address.length == 4 ? Tables.EchoV4.ID : Tables.EchoV6.ID;
    return find(table, Octets.of(address)).isPresent();
  }

  @Override
  public Optional<Translation> returnPath(byte[] address, int port) {
    int table = address.length == 4 ? Tables.ReturnPathV4.ID : Tables.ReturnPathV6.ID;
    return find(table, Octets.of(address), Octets.number(port, 2))
        .map(DeviceEntry::parameters)
        .map(vip -> new Translation(vip.get(0).toByteArray(), (int) vip.get(1).toNumber()));
  }

  @Override
  public Copy copies(Reason reason) {
    Optional<DeviceEntry> punt = find(Tables.Punt.ID, Octets.number(reason.index(), 4));
    List<List<Integer>> sessions = List.copyOf(state.cloneSessions().values());
    if (punt.isEmpty() || sessions.isEmpty()) {
      return Copy.NEVER;
    }
    if (!sessions.equals(List.of(List.of(CPU_PORT)))) {
      throw new IllegalArgumentException("clone sessions to elsewhere: " + sessions);
    }
    boolean all = punt.get().rate().isEmpty() && punt.get().parameters().get(0).toNumber() == 0;
    return all ? Copy.ALWAYS : Copy.MAYBE;
  }

  @Override
  public Layer2 layer2() {
    Map<Long, Integer> stations = new HashMap<>();
    Map<Long, List<Integer>> floods = new HashMap<>();
    for (DeviceEntry entry : all(Tables.L2.ID)) {
      long mac = entry.key().get(0).toNumber();
      switch (entry.actionId()) {
        case Actions.L2Forward.ID -> stations.put(mac, (int) entry.parameters().get(0).toNumber());
        case Actions.L2Flood.ID ->
            floods.put(mac, portsOf((int) entry.parameters().get(0).toNumber()));
        default -> floods.put(mac, List.of());
      }
    }
    return new Layer2(stations, floods, portsOf(state.unknownMacsGroup()));
  }

  private List<Integer> portsOf(int group) {
    return state.multicastGroups().getOrDefault(group, List.of()).stream()
        .map(DeviceState.Copy::port)
        .toList();
  }

  private List<DeviceEntry> all(int table) {
    return List.copyOf(tables.getOrDefault(table, Map.of()).values());
  }

  private Optional<DeviceEntry> find(int table, Octets... key) {
    return Optional.ofNullable(tables.getOrDefault(table, Map.of()).get(List.of(key)));
  }

  private static Octets poolKey(String poolId) {
    return Octets.number(Integer.parseInt(poolId), 2);
  }

  private static Octets octet(int value) {
    return Octets.number(value, 1);
  }

  private static InetAddress address(Octets octets) {
    try {
      return InetAddress.getByAddress(octets.toByteArray());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(octets + " is no address", e);
    }
  }
}
