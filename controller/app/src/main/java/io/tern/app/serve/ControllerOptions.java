package io.tern.app.serve;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.tern.northbound.NorthboundTls;
import io.tern.southbound.session.NettyChannelFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a controller is started with.
 *
 * @param data directory of its data; created if it is not there
 * @param grpc where the northbound API listens
 * @param tls for the northbound API; empty for plain text
 * @param openToStrangers serves hosts that cannot be identified, too
 * @param deviceTls for the sessions with devices; empty for plain text
 * @param metrics where metrics are served; empty for nowhere
 * @param bundle directory of the program that devices are given; empty for the contract's own
 */
record ControllerOptions(
    Path data,
    InetSocketAddress grpc,
    Optional<NorthboundTls> tls,
    boolean openToStrangers,
    Optional<DeviceTls> deviceTls,
    Optional<InetSocketAddress> metrics,
    Optional<Path> bundle) {
  ControllerOptions {
    requireNonNull(data, "data");
    requireNonNull(grpc, "grpc");
    requireNonNull(tls, "tls");
    requireNonNull(deviceTls, "deviceTls");
    requireNonNull(metrics, "metrics");
    requireNonNull(bundle, "bundle");
  }

  /**
   * TLS towards devices.
   *
   * @param authorities of the devices' certificates, PEM
   * @param identity our own certificate and key; empty if devices ask for none
   */
  record DeviceTls(Path authorities, Optional<Identity> identity) {
    DeviceTls {
      requireNonNull(authorities, "authorities");
      requireNonNull(identity, "identity");
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read or is not what it should be
     */
    ChannelCredentials credentials() throws IOException {
      return identity.isEmpty()
          ? NettyChannelFactory.tls(authorities)
          : NettyChannelFactory.mutualTls(
              authorities, identity.get().certificates, identity.get().privateKey);
    }
  }

  /**
   * Who we are to devices.
   *
   * @param certificates chain, PEM
   * @param privateKey PKCS#8 PEM
   */
  record Identity(Path certificates, Path privateKey) {
    Identity {
      requireNonNull(certificates, "certificates");
      requireNonNull(privateKey, "privateKey");
    }
  }
}
