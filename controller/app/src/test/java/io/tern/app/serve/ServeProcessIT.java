package io.tern.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.proto.v1.CreatePoolRequest;
import io.tern.proto.v1.GetPoolRequest;
import io.tern.proto.v1.Pool;
import io.tern.proto.v1.PoolServiceGrpc;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
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
