package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Vip;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Frames that mean something to an intent: UDP to its VIPs, mostly QUIC, ICMP errors about what its
 * VIPs have sent, echo requests, answers of its backends, and what a network carries besides; with
 * any mix of headers. Not thread-safe.
 */
public final class RandomFrames {
  private static final String[] CLIENTS_V4 = {"203.0.113.9", "198.18.7.77", "192.0.2.1"};
  private static final String[] CLIENTS_V6 = {"2001:db8:9::9", "2001:db8:a::1:2", "2001:db8::2"};
  private static final String ROUTER_V4 = "198.18.0.1";
  private static final String ROUTER_V6 = "2001:db8:ffff::1";

  /** Where histories of random changes have VIPs at some time or other. */
  private static final String[] ADDRESSES = {"192.0.2.1", "192.0.2.2", "2001:db8::2"};

  private static final int[] PORTS = {443, 1, 2, 3, 4};

  /** Few, so that state tables meet the same 4-tuples again. */
  private static final int CLIENT_PORTS = 12;

  private static final int[] HOPS = {0, 1, 2, 255};
  private static final int[] EXTENSIONS = {0, 43, 44, 60};

  private final Random random;
  private final RandomPayloads payloads;
  private final List<Vip> vips;
  private final List<Backend> backends;
  private final List<MacAddress> stations;

  /** By address of the client and endpoint of the VIP: slow to find, and few. */
  private static final Map<List<Object>, Endpoint> SAME_CELL = new ConcurrentHashMap<>();

  public RandomFrames(Intent intent, Random random) {
    requireNonNull(intent, "intent");
    this.random = requireNonNull(random, "random");
    this.payloads = new RandomPayloads(intent, random);
    this.vips = List.copyOf(intent.vips().values());
    this.backends = List.copyOf(intent.backends().values());
    this.stations =
        intent.devices().values().stream()
            .flatMap(device -> device.stations().keySet().stream())
            .sorted((a, b) -> Long.compare(a.value(), b.value()))
            .toList();
  }

  /** A UDP datagram from a client, mostly to a VIP, in plain IP. */
  public Frame datagram() {
    return fromClient().ttl(random.nextInt(20) == 0 ? 1 : 64).frame();
  }

  /** A frame whose lengths are right. */
  public Frame whole() {
    int kind = random.nextInt(40);
    if (kind == 0) {
      return neighbour();
    } else if (kind == 1) {
      return Frame.of(HexFormat.of().parseHex(payloads.octets(1 + random.nextInt(120))));
    }
    Frames frames =
        switch (kind) {
          case 2, 3 -> Frames.echoRequest(address(client(false)), address(vipOr(false)));
          case 4 -> Frames.echoRequest(address(client(true)), address(vipOr(true)));
          case 5, 6, 7, 8, 9 -> icmpError();
          case 10, 11 -> fromBackend();
          case 12 -> icmp();
          default -> fromClient();
        };
    return framed(frames).frame();
  }

  /**
   * A frame that may be cut or have octets behind its end, and whose octets and bits may be wrong
   * anywhere.
   */
  public Frame damaged() {
    byte[] octets = whole().toByteArray();
    if (random.nextInt(4) == 0) {
      octets = Arrays.copyOf(octets, 1 + random.nextInt(octets.length + 4));
    }
    int wrongOctets = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
    for (int i = 0; i < wrongOctets; i++) {
      // Most of what decides is in the first 64 octets.
      int at = random.nextInt(random.nextBoolean() ? Math.min(64, octets.length) : octets.length);
      octets[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (octets[at] ^ 1 << random.nextInt(8));
    }
    return Frame.of(octets);
  }

  private Frames fromClient() {
    Optional<Vip> vip = vip();
    Endpoint to = vip.map(Vip::endpoint).orElseGet(this::someEndpoint);
    Endpoint from = client(to.isV6());
    return udp(random.nextInt(16) == 0 ? withSameCell(from, to) : from, to)
        .payload(payloads.fromClient(vip.map(Vip::poolId)));
  }

  /** From the port that makes all such 4-tuples share one cell of a state table. */
  private Endpoint withSameCell(Endpoint from, Endpoint to) {
    return SAME_CELL.computeIfAbsent(
        List.of(from.address(), to),
        key -> {
          for (int port = 1; port < 65_536; port++) {
            int hash =
                new FlowTuple(
                        from.address().getAddress(), to.address().getAddress(), port, to.port())
                    .hash();
            if ((hash & (FlowState.CELLS - 1)) == 0x1234) {
              return new Endpoint(from.address(), port);
            }
          }
          return from;
        });
  }

  private Frames fromBackend() {
    if (backends.isEmpty()) {
      return fromClient();
    }
    Backend backend = backends.get(random.nextInt(backends.size()));
    return udp(backend.endpoint(), client(backend.endpoint().isV6()))
        .payload(payloads.fromServer(Optional.of(backend.poolId())));
  }

  private Frames udp(Endpoint from, Endpoint to) {
    Frames frames = Frames.udp(from, to);
    return random.nextBoolean() ? frames.checksummed() : frames;
  }

  /** About what a VIP has sent, mostly. */
  private Frames icmpError() {
    Optional<Vip> vip = vip();
    Endpoint server = vip.map(Vip::endpoint).orElseGet(this::someEndpoint);
    boolean v6 = server.isV6();
    Frames about =
        udp(server, client(v6))
            .ttl(random.nextInt(256))
            .payload(payloads.fromServer(vip.map(Vip::poolId)));
    if (!v6 && random.nextInt(6) == 0) {
      about = about.options("0101" + "0101".repeat(1 + 2 * random.nextInt(3)));
    }
    if (!v6 && random.nextInt(8) == 0) {
      about = about.flagsAndOffset(random.nextInt(0x10000) & 0xe003);
    }
    byte[] quoted = about.ipPacket();
    if (random.nextBoolean()) {
      quoted = Arrays.copyOf(quoted, random.nextInt(quoted.length + 1));
    } else if (random.nextInt(4) == 0) {
      // RFC 4884: padding and extensions behind what is quoted.
      quoted = Arrays.copyOf(quoted, quoted.length + random.nextInt(40));
    }
    int[] types = v6 ? new int[] {1, 2, 3, 4, 5} : new int[] {3, 11, 12, 4, 5};
    int type = types[random.nextInt(10) == 0 ? random.nextInt(types.length) : random.nextInt(3)];
    String to = random.nextInt(12) == 0 ? address(someEndpoint(v6)) : address(server);
    return Frames.icmpError(v6 ? ROUTER_V6 : ROUTER_V4, to, type, quoted);
  }

  /** Any message, NDP among them. */
  private Frames icmp() {
    boolean v6 = random.nextBoolean();
    int type = v6 ? 128 + random.nextInt(12) : random.nextInt(20);
    String message = "%02x".formatted(type) + payloads.octets(random.nextInt(30));
    return Frames.icmp(address(client(v6)), address(vipOr(v6)), message);
  }

  private Frame neighbour() {
    return Frame.of(
        HexFormat.of()
            .parseHex("ffffffffffff0200000000c1" + tags() + "0806" + payloads.octets(28)));
  }

  /** With tags, options, extension headers and the rest, mostly without. */
  private Frames framed(Frames frames) {
    Frames framed = frames.tags(tags()).trafficClass(random.nextInt(256));
    if (random.nextInt(12) == 0) {
      framed = framed.ttl(HOPS[random.nextInt(HOPS.length)]);
    }
    if (random.nextInt(10) == 0) {
      framed = framed.padding(random.nextInt(20));
    }
    if (random.nextInt(6) == 0 && !stations.isEmpty()) {
      framed = framed.toMac(stations.get(random.nextInt(stations.size())).value());
    }
    if (random.nextInt(8) == 0) {
      framed = framed.options("01".repeat(4 * (1 + random.nextInt(10))));
    }
    if (random.nextInt(8) == 0) {
      framed = framed.flagsAndOffset(random.nextInt(4) == 0 ? random.nextInt(0x10000) : 0x4000);
    }
    if (random.nextInt(4) == 0) {
      for (int count = 1 + random.nextInt(5); count > 0; count--) {
        framed = extended(framed);
      }
    }
    return framed;
  }

  private Frames extended(Frames frames) {
    int type = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
    return switch (type) {
      // Mostly atomic: a whole packet.
      case 44 ->
          frames.extension(
              type,
              "00"
                  + (random.nextInt(4) == 0 ? payloads.octets(2) : "000" + 2 * random.nextInt(4))
                  + payloads.octets(4));
      case 43 -> {
        int length = random.nextInt(3);
        String segmentsLeft = random.nextInt(4) == 0 ? payloads.octets(1) : "00";
        yield frames.extension(
            type, "%02x".formatted(length) + "04" + segmentsLeft + payloads.octets(4 + 8 * length));
      }
      default -> {
        int length = random.nextInt(10) == 0 ? random.nextInt(40) : random.nextInt(3);
        yield frames.extension(type, "%02x".formatted(length) + payloads.octets(6 + 8 * length));
      }
    };
  }

  private String tags() {
    return switch (random.nextInt(16)) {
      case 0, 1 -> "8100" + payloads.octets(2);
      case 2 -> "88a8" + payloads.octets(2) + "8100" + payloads.octets(2);
      case 3 -> "8100" + payloads.octets(2) + "8100" + payloads.octets(2);
      case 4 ->
          switch (random.nextInt(4)) {
            case 0 -> "88a8" + payloads.octets(2);
            case 1 -> ("8100" + payloads.octets(2)).repeat(3);
            case 2 -> ("88a8" + payloads.octets(2)).repeat(2);
            default -> "8100" + payloads.octets(2) + "88a8" + payloads.octets(2);
          };
      default -> "";
    };
  }

  private Optional<Vip> vip() {
    return vips.isEmpty() || random.nextInt(8) == 0
        ? Optional.empty()
        : Optional.of(vips.get(random.nextInt(vips.size())));
  }

  /** A VIP's endpoint of this family, if there is one. */
  private Endpoint vipOr(boolean v6) {
    List<Endpoint> endpoints =
        vips.stream().map(Vip::endpoint).filter(endpoint -> endpoint.isV6() == v6).toList();
    return endpoints.isEmpty() ? someEndpoint(v6) : endpoints.get(random.nextInt(endpoints.size()));
  }

  private Endpoint someEndpoint() {
    return Endpoint.of(
        ADDRESSES[random.nextInt(ADDRESSES.length)], PORTS[random.nextInt(PORTS.length)]);
  }

  private Endpoint someEndpoint(boolean v6) {
    return Endpoint.of(
        v6 ? ADDRESSES[2] : ADDRESSES[random.nextInt(2)], PORTS[random.nextInt(PORTS.length)]);
  }

  /** Sometimes it has a VIP's address. */
  private Endpoint client(boolean v6) {
    String[] clients = v6 ? CLIENTS_V6 : CLIENTS_V4;
    int port =
        random.nextInt(3) == 0 ? 1 + random.nextInt(65_535) : 50_000 + random.nextInt(CLIENT_PORTS);
    return Endpoint.of(clients[random.nextInt(clients.length)], port);
  }

  private static String address(Endpoint endpoint) {
    return endpoint.addressText();
  }
}
