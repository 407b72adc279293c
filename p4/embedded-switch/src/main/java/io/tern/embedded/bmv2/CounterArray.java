package io.tern.embedded.bmv2;

/** Cells that count packets and octets. */
public record CounterArray(int index, String name, int size) {}
