package io.tern.northbound.mapping;

import io.tern.core.intent.CanonicalForm;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Ids;
import io.tern.core.intent.ResourceNames;
import io.tern.core.intent.Vip;
import io.tern.northbound.error.Violations;
import io.tern.proto.v1.CreateVipRequest;
import java.time.Instant;
import java.util.Optional;

/** VIPs between API and intent. */
public final class VipMapping {
  private VipMapping() {}

  /**
   * The VIP that a request describes.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT
   */
  public static Vip fromProto(CreateVipRequest request, Instant now) {
    Violations violations = new Violations();
    Optional<String> id = violations.parse("vip_id", () -> Ids.check("VIP", request.getVipId()));
    violations.check(request.hasVip(), "vip", "is required");
    violations.throwIfAny();
    io.tern.proto.v1.Vip vip = request.getVip();
    Optional<Endpoint> endpoint =
        Fields.endpoint("vip", vip.getAddress(), vip.getPort(), violations);
    Optional<String> pool = violations.parse("vip.pool", () -> Names.poolId(vip.getPool()));
    return new Vip(
        violations.get(id),
        violations.get(endpoint),
        violations.get(pool),
        vip.getSteerOnly(),
        now);
  }

  public static io.tern.proto.v1.Vip toProto(Vip vip) {
    return io.tern.proto.v1.Vip.newBuilder()
        .setName(ResourceNames.vipName(vip.id()))
        .setAddress(vip.endpoint().addressText())
        .setPort(vip.endpoint().port())
        .setPool(ResourceNames.poolName(vip.poolId()))
        .setSteerOnly(vip.steerOnly())
        .setEtag(etag(vip))
        .setCreateTime(Fields.timestamp(vip.createTime()))
        .build();
  }

  public static String etag(Vip vip) {
    return CanonicalForm.etag(CanonicalForm.of(vip));
  }
}
