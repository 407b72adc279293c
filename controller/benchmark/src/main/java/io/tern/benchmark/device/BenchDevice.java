package io.tern.benchmark.device;

/** A P4Runtime target of the benchmark's own, without a program when it begins. */
public interface BenchDevice extends AutoCloseable {
  /** "127.0.0.1:port". */
  String target();

  /** P4Runtime device_id. */
  long deviceId();

  /** Stops it; it forgets everything. Idempotent. */
  @Override
  void close();
}
