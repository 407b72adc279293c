package io.tern.agent;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;

/** An agent in this process, and its controller; its data plane goes with it. */
final class RunningAgent implements AutoCloseable {
  private final AgentOptions options;
  private final XdpAgent agent;
  private final ManagedChannel channel;
  private final Programmer programmer;

  RunningAgent(AgentOptions options) throws IOException {
    this.options = options;
    this.agent = XdpAgent.start(options);
    this.channel = NettyChannelBuilder.forAddress(agent.grpcAddress()).usePlaintext().build();
    this.programmer = new Programmer(channel, options.deviceId());
  }

  XdpAgent agent() {
    return agent;
  }

  ManagedChannel channel() {
    return channel;
  }

  Programmer programmer() {
    return programmer;
  }

  /** Ends the agent; its data plane stays. */
  void end() {
    programmer.close();
    channel.shutdownNow();
    agent.close();
  }

  @Override
  public void close() {
    end();
    // Links that are pinned no more are detached when nobody has them open.
    Leftovers.remove(options.deviceDirectory());
  }
}
