package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.p4.contract.TernP4.Actions;
import java.math.BigInteger;
import java.util.List;

/**
 * An action of {@code cid_config} in the numbers of {@code struct cid_config}.
 *
 * @param sidMask 15 octets
 * @param leftMask ten octets of the left half; empty unless four-pass
 * @param rightOffset octets in front of the right half
 * @param roundKeys in the program's order; empty for clear text
 */
@SuppressWarnings("ArrayRecordComponent") // octets on their way to a map, never compared
record Decoder(
    int algorithm,
    int sidSpace,
    byte[] sidMask,
    int cidLength,
    boolean checkLength,
    byte[] leftMask,
    byte[] rightMask,
    int rightOffset,
    boolean fourthPass,
    byte[] roundKeys) {
  private static final int PLAINTEXT = 1;
  private static final int SINGLE_PASS = 2;
  private static final int FOUR_PASS = 3;

  private static final int HALF = 10;
  private static final int LONGEST_CID = 20;
  private static final byte[] NONE = {};

  /**
   * Reads an action.
   *
   * @throws io.tern.embedded.engine.DataPlaneException INVALID_ARGUMENT for what no CID can be
   */
  static Decoder of(ActionCall call) {
    List<BigInteger> arguments = call.arguments();
    int algorithm =
        switch (ContractIds.action(call.action())) {
          case Actions.DecodePlaintext.ID -> PLAINTEXT;
          case Actions.DecodeSinglePass.ID -> SINGLE_PASS;
          case Actions.DecodeFourPass.ID -> FOUR_PASS;
          default -> throw Refusal.unimplemented("this device has no action '%s'", call.action());
        };
    boolean fourPass = algorithm == FOUR_PASS;
    int cidLength = arguments.get(2).intValueExact();
    if (algorithm != PLAINTEXT && (cidLength < 2 || cidLength > LONGEST_CID)) {
      throw Refusal.invalid(
          "min_cid_length %d: encrypted connection IDs have 2 to %d octets",
          cidLength, LONGEST_CID);
    }
    int shift = fourPass ? arguments.get(4).intValueExact() : 0;
    if (shift % 8 != 0 || shift > 8 * HALF) {
      throw Refusal.invalid("half_shift %d: expected a multiple of 8, 0 to %d", shift, 8 * HALF);
    }
    return new Decoder(
        algorithm,
        arguments.get(0).intValueExact(),
        BackendWay.octets(arguments.get(1), ServerIds.LENGTH),
        cidLength,
        arguments.get(3).signum() != 0,
        fourPass ? BackendWay.octets(arguments.get(5), HALF) : NONE,
        fourPass ? BackendWay.octets(arguments.get(6), HALF) : NONE,
        shift / 8,
        fourPass && arguments.get(7).signum() != 0,
        algorithm == PLAINTEXT ? NONE : roundKeys(arguments, algorithm));
  }

  private static byte[] roundKeys(List<BigInteger> arguments, int algorithm) {
    int first = arguments.size() - PlaneKeys.ROUND_KEYS;
    byte[] schedule = PlaneKeys.schedule(arguments.subList(first, arguments.size()));
    return algorithm == SINGLE_PASS ? PlaneKeys.inverse(schedule) : schedule;
  }

  /** All octets of the server ID are among the first six. */
  boolean isShort() {
    for (int i = ServerIds.SHORT; i < sidMask.length; i++) {
      if (sidMask[i] != 0) {
        return false;
      }
    }
    return true;
  }

  boolean hasKey() {
    return roundKeys.length > 0;
  }

  @Override
  public String toString() {
    return "decoder of algorithm " + algorithm + ", CIDs of " + cidLength + " octets";
  }
}
