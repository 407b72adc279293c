package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.proto.p4.config.v1.Action;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** An action of P4Info, and its calls in both notations. */
record ActionSchema(int id, String name, List<Param> params) {

  /** A parameter; {@code toString} names it for errors. */
  record Param(String action, int id, String name, int width) {
    @Override
    public String toString() {
      return String.format("action '%s', parameter '%s' (id %d)", action, name, id);
    }
  }

  static ActionSchema of(Action action) {
    String name = action.getPreamble().getName();
    return new ActionSchema(
        action.getPreamble().getId(),
        name,
        action.getParamsList().stream()
            .map(param -> new Param(name, param.getId(), param.getName(), param.getBitwidth()))
            .toList());
  }

  /**
   * Reads a call.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT unless every parameter is there exactly once and
   *     fits
   */
  ActionCall decode(io.tern.proto.p4.v1.Action call) {
    BigInteger[] arguments = new BigInteger[params.size()];
    for (io.tern.proto.p4.v1.Action.Param given : call.getParamsList()) {
      int position = position(given.getParamId());
      if (position < 0) {
        throw P4RuntimeException.invalidArgument(
            "action '%s' has no parameter with id %s; it has %s",
            name, Integer.toUnsignedString(given.getParamId()), params.isEmpty() ? "none" : ids());
      }
      Param param = params.get(position);
      if (arguments[position] != null) {
        throw P4RuntimeException.invalidArgument("%s: given twice", param);
      }
      arguments[position] = Bytestrings.parse(given.getValue(), param.width(), param);
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] == null) {
        throw P4RuntimeException.invalidArgument("%s: missing", params.get(i));
      }
    }
    return new ActionCall(name, List.of(arguments));
  }

  /** Writes a call in canonical form. */
  io.tern.proto.p4.v1.Action encode(ActionCall call) {
    io.tern.proto.p4.v1.Action.Builder encoded =
        io.tern.proto.p4.v1.Action.newBuilder().setActionId(id);
    for (int i = 0; i < params.size(); i++) {
      encoded
          .addParamsBuilder()
          .setParamId(params.get(i).id())
          .setValue(Bytestrings.encode(call.arguments().get(i)));
    }
    return encoded.build();
  }

  /** Octets of packed arguments. */
  int packedOctets() {
    int octets = 0;
    for (Param param : params) {
      octets += Bytestrings.octets(param.width());
    }
    return octets;
  }

  /** Packs the arguments of a call, one behind the other. */
  void pack(ActionCall call, byte[] to, int at) {
    int next = at;
    for (int i = 0; i < params.size(); i++) {
      Bytestrings.pack(call.arguments().get(i), params.get(i).width(), to, next);
      next += Bytestrings.octets(params.get(i).width());
    }
  }

  /** Undoes {@link #pack}. */
  ActionCall unpack(byte[] from, int at) {
    BigInteger[] arguments = new BigInteger[params.size()];
    int next = at;
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = Bytestrings.unpack(params.get(i).width(), from, next);
      next += Bytestrings.octets(params.get(i).width());
    }
    return new ActionCall(name, List.of(arguments));
  }

  private int position(int paramId) {
    for (int i = 0; i < params.size(); i++) {
      if (params.get(i).id() == paramId) {
        return i;
      }
    }
    return -1;
  }

  private List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    params.forEach(param -> ids.add(param.id()));
    return ids;
  }
}
