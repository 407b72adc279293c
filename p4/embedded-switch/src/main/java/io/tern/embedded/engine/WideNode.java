package io.tern.embedded.engine;

/** A compiled expression of more than 64 bits: writes a fixed number of words, lowest first. */
@FunctionalInterface
interface WideNode {
  void eval(PacketContext c, long[] to, int at);
}
