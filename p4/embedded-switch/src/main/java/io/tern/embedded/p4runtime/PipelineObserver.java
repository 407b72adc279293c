package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;

/** Told when a pipeline is about to become the one that packets meet; under the device's lock. */
@FunctionalInterface
public interface PipelineObserver {

  /**
   * Makes packets meet a data plane.
   *
   * @param dataPlane made by the device's loader, with everything that was written to it so far;
   *     the one that packets meet already if only the cookie has changed
   * @throws io.tern.embedded.engine.DataPlaneException why they cannot; the old pipeline stays
   */
  void committing(ForwardingPipelineConfig config, DataPlane dataPlane);
}
