package io.tern.core.oracle;

import io.tern.core.oracle.Decision.Copy;
import io.tern.p4.contract.Reason;
import java.util.Optional;

/** What one device has been told to do. Implementations are thread-safe. */
interface DeviceView {
  /** The VIP that the device serves at an address and UDP port. */
  Optional<VipView> vip(byte[] address, int port);

  /** Whether the device answers echo requests to this address. */
  boolean answersEcho(byte[] address);

  /** Back to the VIP, for what a backend behind NAT sends from this address and UDP port. */
  Optional<Translation> returnPath(byte[] address, int port);

  /** Whether packets that count under this reason are copied to the controller. */
  Copy copies(Reason reason);

  /** How it gets packets to the backend of this number; empty if it knows no such backend. */
  Optional<Way> way(int backend);

  Layer2 layer2();

  /**
   * A VIP.
   *
   * @param id that decisions name it by
   * @param steerOnly what is unroutable stays with the device
   */
  record VipView(String id, boolean steerOnly, PoolView pool) {}
}
