package io.tern.benchmark.device;

import io.tern.embedded.EmbeddedSwitch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The embedded switch, in this JVM, behind a TCP socket. */
public final class EmbeddedDevice implements BenchDevice {
  private static final long DEVICE_ID = 1;

  private final EmbeddedSwitch embedded;
  private final int port;

  /**
   * Starts it.
   *
   * @throws IOException if it cannot listen
   */
  public EmbeddedDevice() throws IOException {
    embedded =
        EmbeddedSwitch.builder()
            .deviceId(DEVICE_ID)
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
    port = embedded.grpcAddress().orElseThrow().getPort();
  }

  @Override
  public String target() {
    return "127.0.0.1:" + port;
  }

  @Override
  public long deviceId() {
    return DEVICE_ID;
  }

  @Override
  public void close() {
    embedded.close();
  }
}
