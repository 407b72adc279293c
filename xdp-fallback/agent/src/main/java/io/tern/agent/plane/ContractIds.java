package io.tern.agent.plane;

import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The contract's tables and actions by their names in the program. */
public final class ContractIds {
  private static final Map<String, Integer> TABLES =
      byName(
          Tables.VipV4.ID,
          Tables.VipV6.ID,
          Tables.CidConfig.ID,
          Tables.ServerId.ID,
          Tables.Fallback.ID,
          Tables.ServingBackend.ID,
          Tables.Backend.ID,
          Tables.ReturnPathV4.ID,
          Tables.ReturnPathV6.ID,
          Tables.EchoV4.ID,
          Tables.EchoV6.ID,
          Tables.Punt.ID,
          Tables.L2.ID,
          Tables.Replica.ID);
  private static final Map<String, Integer> ACTIONS =
      byName(
          Actions.SetPool.ID,
          Actions.SetPoolSteerOnly.ID,
          Actions.SetPoolStateful.ID,
          Actions.DecodePlaintext.ID,
          Actions.DecodeSinglePass.ID,
          Actions.DecodeFourPass.ID,
          Actions.ToBackend.ID,
          Actions.ToFallbackBackend.ID,
          Actions.StillServes.ID,
          Actions.ForwardL2.ID,
          Actions.TunnelIpipV4.ID,
          Actions.TunnelIpipV6.ID,
          Actions.TunnelGueV4.ID,
          Actions.TunnelGueV6.ID,
          Actions.NatV4.ID,
          Actions.NatV6.ID,
          Actions.DeliverLocal.ID,
          Actions.UnNatV4.ID,
          Actions.UnNatV6.ID,
          Actions.AnswerEcho.ID,
          Actions.CopyToController.ID);

  private ContractIds() {}

  private static Map<String, Integer> byName(int... ids) {
    return IntStream.of(ids)
        .boxed()
        .collect(Collectors.toUnmodifiableMap(TernP4::nameOf, id -> id));
  }

  /** The ID of a table ({@code TernIngress.vip.vip_v4}); 0 if the contract has none. */
  public static int table(String name) {
    return TABLES.getOrDefault(last(name), 0);
  }

  /** The ID of an action; 0 if this device has none. */
  static int action(String name) {
    return ACTIONS.getOrDefault(last(name), 0);
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
