package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.p4.contract.TernP4;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of {@link AgentMaps#ENTRIES}.
 *
 * @param key numbers of the match fields
 * @param index where the entry is in the program's arrays
 * @param generation of the memos of a CID configuration; 0 for others
 * @param offset what the entry's counter has beyond the program's cells
 */
public record SavedEntry(
    int tableId,
    List<BigInteger> key,
    int actionId,
    List<BigInteger> arguments,
    int index,
    long generation,
    CounterValue offset) {

  public SavedEntry {
    key = List.copyOf(key);
    arguments = List.copyOf(arguments);
  }

  /** Without the arguments: they may be keys. */
  @Override
  public String toString() {
    return TernP4.nameOf(tableId) + " " + key;
  }

  /** Numbers one behind the other, each with its length in front. */
  static byte[] pack(List<BigInteger> numbers) {
    int length = numbers.size();
    for (BigInteger number : numbers) {
      length += (number.bitLength() + 7) / 8;
    }
    byte[] packed = new byte[length];
    int at = 0;
    for (BigInteger number : numbers) {
      int octets = (number.bitLength() + 7) / 8;
      packed[at++] = (byte) octets;
      for (int i = octets - 1; i >= 0; i--) {
        packed[at++] = number.shiftRight(8 * i).byteValue();
      }
    }
    return packed;
  }

  static List<BigInteger> unpack(byte[] packed, int length) {
    List<BigInteger> numbers = new ArrayList<>();
    int at = 0;
    while (at < length) {
      int octets = packed[at++];
      numbers.add(new BigInteger(1, packed, at, octets));
      at += octets;
    }
    return numbers;
  }
}
