package io.tern.core.intent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tern.cid.ServerId;
import io.tern.p4.contract.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One text for each value of a resource, the same in every process and for ever: what etags are
 * made of (AIP-154).
 *
 * <p>Equal resources have equal forms, and resources that differ in anything but a key have
 * different ones. Keys of CID configurations are left out: a form may be logged, and a
 * configuration's key never changes.
 */
public final class CanonicalForm {
  private static final int ETAG_OCTETS = 8;

  private CanonicalForm() {}

  public static String of(Pool pool) {
    PoolOptions options = pool.options();
    return join(
        "pool",
        pool.id(),
        pool.number(),
        pool.fallbackSlots(),
        forwarding(options.forwarding()),
        options.countMigrated(),
        options.replicateIcmpErrors(),
        options.stateTimeout().map(Duration::toString).orElse("-"),
        options.checkCidLength(),
        time(pool.createTime()));
  }

  private static String forwarding(Forwarding forwarding) {
    if (forwarding instanceof Forwarding.IpIp ipIp) {
      return "ipip " + ipIp.sourceEntropyMask();
    } else if (forwarding instanceof Forwarding.Gue gue) {
      return "gue " + gue.port();
    }
    return forwarding instanceof Forwarding.Nat ? "nat" : "l2";
  }

  public static String of(Vip vip) {
    return join(
        "vip", vip.id(), vip.endpoint(), vip.poolId(), vip.steerOnly(), time(vip.createTime()));
  }

  public static String of(Backend backend) {
    Map<Integer, ServerId> serverIds = new TreeMap<>(backend.serverIds());
    Map<String, Integer> ports = new TreeMap<>(backend.nextHop().portByDevice());
    return join(
        "backend",
        backend.poolId(),
        backend.id(),
        backend.number(),
        backend.endpoint(),
        backend.nextHop().mac(),
        ports,
        backend.weight(),
        backend.state(),
        serverIds,
        time(backend.createTime()));
  }

  /** Without the key. */
  public static String of(CidConfig config) {
    return join(
        "cidConfig",
        config.poolId(),
        config.quicLb().codepoint(),
        config.quicLb().algorithm(),
        config.quicLb().serverIdLength(),
        config.quicLb().nonceLength(),
        config.quicLb().lengthSelfDescription(),
        config.sidSpace(),
        config.state(),
        time(config.createTime()));
  }

  public static String of(Device device) {
    Map<String, Integer> stations = new TreeMap<>();
    device.stations().forEach((mac, port) -> stations.put(mac.toString(), port));
    Map<Reason, CopyPolicy> byReason = new EnumMap<>(Reason.class);
    byReason.putAll(device.copies());
    List<String> copies = new ArrayList<>();
    byReason.forEach(
        (reason, policy) ->
            copies.add(
                reason.label()
                    + " "
                    + policy.packetsPerSecond()
                    + " "
                    + policy.burst()
                    + " "
                    + policy.sampleMask()));
    return join(
        "device",
        device.id(),
        // The one free text: its length keeps it apart from what follows.
        device.target().length() + ":" + device.target(),
        Long.toUnsignedString(device.deviceId()),
        device.mac().map(MacAddress::toString).orElse("-"),
        stations,
        device.tunnelSourceV4().map(Endpoint::text).orElse("-"),
        device.tunnelSourceV6().map(Endpoint::text).orElse("-"),
        device.answerEcho(),
        device.steerOnly(),
        copies,
        time(device.createTime()));
  }

  /** A strong etag of a form: 16 hexadecimal digits of its SHA-256. */
  public static String etag(String form) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(form.getBytes(UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(digest, ETAG_OCTETS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String time(Instant instant) {
    return instant.toString();
  }

  private static String join(Object... fields) {
    StringBuilder form = new StringBuilder();
    for (Object field : fields) {
      form.append(form.isEmpty() ? "" : "|").append(field);
    }
    return form.toString();
  }
}
