package io.tern.southbound.realtarget;

import io.tern.embedded.EmbeddedSwitch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The embedded switch behind a TCP socket. */
public final class EmbeddedTarget implements P4RuntimeTarget {
  private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private EmbeddedSwitch embedded;

  @Override
  public String name() {
    return "embedded switch";
  }

  @Override
  public String address() {
    return "127.0.0.1:" + address.getPort();
  }

  @Override
  public long deviceId() {
    return 1;
  }

  @Override
  public void start() throws IOException {
    embedded = EmbeddedSwitch.builder().deviceId(deviceId()).grpcAddress(address).start();
    address = embedded.grpcAddress().orElseThrow();
  }

  @Override
  public void stop() {
    if (embedded != null) {
      embedded.close();
      embedded = null;
    }
  }
}
