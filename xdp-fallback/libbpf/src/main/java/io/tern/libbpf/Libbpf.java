package io.tern.libbpf;

/** What this machine has. Thread-safe. */
public final class Libbpf {

  private Libbpf() {}

  /** The version of libbpf that is in use, as {@code v1.1}. */
  public static String version() {
    return Native.version();
  }

  /** CPUs that the kernel has cells for in per-CPU maps: possible ones, not those online. */
  public static int possibleCpus() {
    return Native.possibleCpus();
  }

  /** The index of a network interface of this process's namespace; 0 if there is none. */
  public static int interfaceIndex(String name) {
    return Native.interfaceIndex(name);
  }
}
