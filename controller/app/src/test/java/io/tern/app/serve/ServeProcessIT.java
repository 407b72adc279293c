package io.tern.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.TextFormat;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.app.compile.CompileCommand;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.v1.CidAlgorithm;
import io.tern.proto.v1.CidConfig;
import io.tern.proto.v1.CidConfigServiceGrpc;
import io.tern.proto.v1.CreateCidConfigRequest;
import io.tern.proto.v1.CreateDeviceRequest;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.CreateVipRequest;
import io.tern.proto.v1.Device;
import io.tern.proto.v1.DeviceServiceGrpc;
import io.tern.proto.v1.GetDeviceRequest;
import io.tern.proto.v1.GetPoolRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.Vip;
import io.tern.proto.v1.VipServiceGrpc;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code tern serve} as a process: what it prints, and how it ends. */
class ServeProcessIT {
  private static final Pattern READY =
      Pattern.compile("tern: serving the northbound API on 127\\.0\\.0\\.1:(\\d+)");

  @TempDir Path directory;

  private final List<Process> processes = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();

  /** The command alone. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) {
      System.exit(new CommandLine(new ServeCommand()).execute(arguments));
    }
  }

  @AfterEach
  void killWhatIsLeft() {
    channels.forEach(ManagedChannel::shutdownNow);
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void whatWasAcceptedSurvivesSigtermAndSigkill() throws Exception {
    Process first = serve("--grpc", "127.0.0.1:0");
    PoolServiceGrpc.PoolServiceBlockingStub pools = pools(first);
    Pool pool =
        pools.createPool(
            CreatePoolRequest.newBuilder()
                .setPoolId("a")
                .setPool(Pool.getDefaultInstance())
                .build());
    first.toHandle().destroy(); // SIGTERM
    assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(log()).doesNotContain("ERROR").doesNotContain("Exception");
    assertThat(directory.resolve("data/intent.db-wal")).as("closed in good order").doesNotExist();

    Process second = serve("--grpc", "127.0.0.1:0");
    assertThat(getPool(second)).isEqualTo(pool);
    second.toHandle().destroyForcibly(); // SIGKILL
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(getPool(serve("--grpc", "127.0.0.1:0"))).isEqualTo(pool);
  }

  @Test
  void listeningForOtherHostsNeedsCertificatesOrAWord() throws Exception {
    Process process = start("--grpc", "0.0.0.0:0");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(log()).contains("client certificates");
  }

  /** The smallest profile: no AES, no tunnels, no NAT, no state. */
  @Test
  void devicesGetTheProgramOfTheBundleAndTheOperatorIsToldWhatItLacks() throws Exception {
    boolean compiler =
        Pattern.compile(Pattern.quote(File.pathSeparator))
            .splitAsStream(System.getenv().getOrDefault("PATH", ""))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "p4c-bm2-ss")));
    if (!compiler) {
      System.out.println("tern serve --bundle: NOT tested: p4c-bm2-ss is not on PATH");
    }
    assumeTrue(compiler, "p4c-bm2-ss is on PATH");
    Path bundle = directory.resolve("core");
    assertThat(
            new CommandLine(new CompileCommand())
                .execute("--profile", "core", "--output", bundle.toString()))
        .isEqualTo(CommandLine.ExitCode.OK);

    try (EmbeddedSwitch device =
        EmbeddedSwitch.builder()
            .deviceId(7)
            .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start()) {
      Process process = serve("--grpc", "127.0.0.1:0", "--bundle", bundle.toString());
      PoolServiceGrpc.PoolServiceBlockingStub pools = pools(process);
      DeviceServiceGrpc.DeviceServiceBlockingStub devices =
          DeviceServiceGrpc.newBlockingStub(pools.getChannel());
      var unusedDevice = devices.createDevice(leaf(device.grpcAddress().orElseThrow().getPort()));
      var unusedPool =
          pools.createPool(
              CreatePoolRequest.newBuilder()
                  .setPoolId("a")
                  .setPool(Pool.newBuilder().setFallbackSlots(128))
                  .build());
      var unusedVip =
          VipServiceGrpc.newBlockingStub(pools.getChannel())
              .createVip(
                  CreateVipRequest.newBuilder()
                      .setVipId("v")
                      .setVip(
                          Vip.newBuilder().setAddress("192.0.2.1").setPort(443).setPool("pools/a"))
                      .build());
      createConfig(pools.getChannel(), 0, CidAlgorithm.CID_ALGORITHM_PLAINTEXT);
      createConfig(pools.getChannel(), 1, CidAlgorithm.CID_ALGORITHM_SINGLE_PASS);

      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                Device leaf =
                    devices
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .getDevice(GetDeviceRequest.newBuilder().setName("devices/leaf").build());
                assertThat(leaf.getConnectionState()).isEqualTo(Device.ConnectionState.IN_SYNC);
                assertThat(leaf.getProblemsList())
                    .anyMatch(problem -> problem.contains("does not decode SINGLE_PASS"));
              });
      P4Info program = program(device);
      assertThat(program.toString()).isEqualTo(p4Info(bundle).toString());
      assertThat(program.getActionsList())
          .extracting(action -> action.getPreamble().getAlias())
          .contains("decode_plaintext")
          .doesNotContain("decode_single_pass", "tunnel_gue_v4", "nat_v4");
    }
  }

  private static CreateDeviceRequest leaf(int grpcPort) {
    return CreateDeviceRequest.newBuilder()
        .setDeviceId("leaf")
        .setDevice(Device.newBuilder().setP4RuntimeAddress("127.0.0.1:" + grpcPort).setDeviceId(7))
        .build();
  }

  private static void createConfig(Channel channel, int codepoint, CidAlgorithm algorithm) {
    var unused =
        CidConfigServiceGrpc.newBlockingStub(channel)
            .createCidConfig(
                CreateCidConfigRequest.newBuilder()
                    .setParent("pools/a")
                    .setCidConfigId(Integer.toString(codepoint))
                    .setCidConfig(
                        CidConfig.newBuilder()
                            .setAlgorithm(algorithm)
                            .setServerIdLength(8)
                            .setNonceLength(8))
                    .build());
  }

  /** What the device runs. */
  private P4Info program(EmbeddedSwitch device) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(device.grpcAddress().orElseThrow()).usePlaintext().build();
    channels.add(channel);
    return P4RuntimeGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .getForwardingPipelineConfig(
            GetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(7)
                .setResponseType(GetForwardingPipelineConfigRequest.ResponseType.P4INFO_AND_COOKIE)
                .build())
        .getConfig()
        .getP4Info();
  }

  private static P4Info p4Info(Path bundle) throws Exception {
    P4Info.Builder p4Info = P4Info.newBuilder();
    TextFormat.getParser().merge(Files.readString(bundle.resolve("tern.p4info.txtpb")), p4Info);
    return p4Info.build();
  }

  private Process start(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("--data", directory.resolve("data").toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    processes.add(process);
    return process;
  }

  private final List<Integer> ports = new ArrayList<>();

  private Process serve(String... arguments) throws Exception {
    Process process = start(arguments);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line = output.readLine();
    assertThat(line).as("ready line; log:%n%s", log()).isNotNull();
    Matcher ready = READY.matcher(line);
    assertThat(ready.matches()).as(line).isTrue();
    ports.add(Integer.parseInt(ready.group(1)));
    return process;
  }

  private Pool getPool(Process process) throws Exception {
    return pools(process).getPool(GetPoolRequest.newBuilder().setName("pools/a").build());
  }

  private PoolServiceGrpc.PoolServiceBlockingStub pools(Process process) {
    assertThat(process.isAlive()).isTrue();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", ports.get(ports.size() - 1))
            .usePlaintext()
            .build();
    channels.add(channel);
    return PoolServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private String log() throws Exception {
    return Files.readString(directory.resolve("log"));
  }
}
