package io.tern.app.serve;

import static java.util.Objects.requireNonNull;

import io.tern.northbound.NorthboundTls;
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
 * @param metrics where metrics are served; empty for nowhere
 */
record ControllerOptions(
    Path data,
    InetSocketAddress grpc,
    Optional<NorthboundTls> tls,
    boolean openToStrangers,
    Optional<InetSocketAddress> metrics) {
  ControllerOptions {
    requireNonNull(data, "data");
    requireNonNull(grpc, "grpc");
    requireNonNull(tls, "tls");
    requireNonNull(metrics, "metrics");
  }
}
