package io.tern.app.serve;

import io.tern.app.endpoint.HostAndPort;
import io.tern.app.serve.ControllerOptions.DeviceTls;
import io.tern.app.serve.ControllerOptions.Identity;
import io.tern.northbound.NorthboundTls;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the controller until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Run the controller.",
      "It keeps its intent in a directory, programs the devices of the intent by P4Runtime, and"
          + " serves the northbound API (gRPC, with reflection and health). It prints one line when"
          + " it serves, and stops in good order on SIGTERM and SIGINT. Devices keep forwarding"
          + " while it is away."
    })
public final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of the intent store; created if it is not there.")
  private Path data;

  @Option(
      names = "--grpc",
      defaultValue = "127.0.0.1:9550",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.class,
      description = "Where the northbound API listens. Default: ${DEFAULT-VALUE}")
  private InetSocketAddress grpc;

  @ArgGroup(exclusive = false)
  private Tls tls;

  @Option(
      names = "--allow-unauthenticated",
      description =
          "Serve other hosts without client certificates. Whoever can connect gets the keys of all"
              + " CID configurations.")
  private boolean allowUnauthenticated;

  @ArgGroup(exclusive = false)
  private DeviceTlsFiles deviceTls;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.class,
      description = "Where Prometheus finds metrics, at /metrics. Default: nowhere")
  private InetSocketAddress metrics;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description =
          "Bundle of \"tern compile\": the program that devices are given. Default: the one of the"
              + " default profile, which is built in")
  private Path bundle;

  /** Files of TLS; the first two belong together. */
  private static final class Tls {
    @Option(
        names = "--tls-cert",
        required = true,
        paramLabel = "FILE",
        description = "Certificate chain of the northbound API, PEM.")
    private Path certificates;

    @Option(
        names = "--tls-key",
        required = true,
        paramLabel = "FILE",
        description = "Its private key, PKCS#8 PEM.")
    private Path privateKey;

    @Option(
        names = "--tls-client-ca",
        paramLabel = "FILE",
        description = "Authorities of client certificates, PEM; with it every client needs one.")
    private Path clientAuthorities;
  }

  /** Files of TLS towards devices. */
  private static final class DeviceTlsFiles {
    @Option(
        names = "--device-ca",
        required = true,
        paramLabel = "FILE",
        description = "Authorities of the devices' certificates, PEM; plain text without.")
    private Path authorities;

    @ArgGroup(exclusive = false)
    private DeviceIdentityFiles identity;
  }

  /** Files that show devices who we are; they belong together. */
  private static final class DeviceIdentityFiles {
    @Option(
        names = "--device-cert",
        required = true,
        paramLabel = "FILE",
        description = "Our certificate chain for devices that ask for one, PEM.")
    private Path certificates;

    @Option(
        names = "--device-key",
        required = true,
        paramLabel = "FILE",
        description = "Its private key, PKCS#8 PEM.")
    private Path privateKey;
  }

  @Override
  public Integer call() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    Controller controller = start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  controller.close();
                  stopped.countDown();
                },
                "tern-shutdown"));
    PrintWriter out = spec.commandLine().getOut();
    out.println(readyLine(controller));
    out.flush();
    stopped.await();
    return 0;
  }

  private Controller start() throws Exception {
    try {
      return Controller.start(options());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private ControllerOptions options() {
    return new ControllerOptions(
        data,
        grpc,
        Optional.ofNullable(tls)
            .map(
                files ->
                    new NorthboundTls(
                        files.certificates,
                        files.privateKey,
                        Optional.ofNullable(files.clientAuthorities))),
        allowUnauthenticated,
        Optional.ofNullable(deviceTls)
            .map(
                files ->
                    new DeviceTls(
                        files.authorities,
                        Optional.ofNullable(files.identity)
                            .map(own -> new Identity(own.certificates, own.privateKey)))),
        Optional.ofNullable(metrics),
        Optional.ofNullable(bundle));
  }

  private String readyLine(Controller controller) {
    InetSocketAddress api = new InetSocketAddress(grpc.getAddress(), controller.port());
    return "tern: serving the northbound API on "
        + HostAndPort.format(api)
        + controller
            .metricsAddress()
            .map(address -> ", metrics on http://" + HostAndPort.format(address) + "/metrics")
            .orElse("");
  }
}
