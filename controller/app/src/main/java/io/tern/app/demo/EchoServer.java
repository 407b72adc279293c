package io.tern.app.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A QUIC server that sends back what it receives on bidirectional streams. */
final class EchoServer implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 1 << 20;

  private final Channel socket;

  private EchoServer(Channel socket) {
    this.socket = socket;
  }

  /** A free port of the loopback interface. */
  static InetSocketAddress freeOnLoopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /**
   * Binds.
   *
   * @param address where it listens and what it answers from
   * @param cids makes the CIDs that the server issues
   * @param cidLength octets of each, 1 to 20
   * @param idleTimeout QUIC's max_idle_timeout
   */
  static EchoServer start(
      EventLoopGroup group,
      QuicSslContext tls,
      InetSocketAddress address,
      QuicConnectionIdGenerator cids,
      int cidLength,
      Duration idleTimeout)
      throws InterruptedException {
    Channel socket =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            // All clients of the server share it; the kernel gives what it permits.
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
            .handler(codec(tls, cids, cidLength, idleTimeout, new Ignore()))
            .bind(address)
            .sync()
            .channel();
    return new EchoServer(socket);
  }

  /**
   * The server as a handler of any datagram channel.
   *
   * @param connections sharable; in the pipeline of each connection
   */
  static ChannelHandler codec(
      QuicSslContext tls,
      QuicConnectionIdGenerator cids,
      int cidLength,
      Duration idleTimeout,
      ChannelHandler connections) {
    return new QuicServerCodecBuilder()
        .sslContext(tls)
        .connectionIdAddressGenerator(cids)
        .localConnectionIdLength(cidLength)
        // A client whose address changes under it (NAT) is what the demo is about.
        .activeMigration(true)
        // Each new path of the client takes one of its CIDs for good; the default of 2 would end
        // the
        // connection at the second change of address, whoever routes it.
        .activeConnectionIdLimit(8)
        .maxIdleTimeout(idleTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .initialMaxData(1 << 20)
        .initialMaxStreamDataBidirectionalRemote(1 << 20)
        .initialMaxStreamsBidirectional(1)
        .handler(connections)
        .streamHandler(new Echo())
        .build();
  }

  /** Where it listens. */
  InetSocketAddress address() {
    return (InetSocketAddress) socket.localAddress();
  }

  /** Begins to close the socket and returns at once: its connections end without a word. */
  void closeAbruptly() {
    socket.pipeline().firstContext().close();
  }

  @Override
  public void close() {
    socket.close().syncUninterruptibly();
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // A client that went away in the middle of a transfer: its stream ends, the server goes on.
      ctx.close();
    }

    @Override
    public boolean isSharable() {
      return true;
    }
  }

  @Sharable
  private static final class Ignore extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    @Override
    public boolean isSharable() {
      return true;
    }
  }
}
