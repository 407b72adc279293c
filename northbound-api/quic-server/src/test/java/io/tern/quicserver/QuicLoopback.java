package io.tern.quicserver;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A Netty QUIC echo server and its clients, on loopback. */
final class QuicLoopback implements AutoCloseable {
  /** How many CIDs a client lets the server issue for a connection. */
  static final int CLIENT_CID_LIMIT = 4;

  private static final String NAME = "echo.tern.test";
  private static final String ALPN = "tern-test";

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final QuicSslContext serverTls;
  private final QuicSslContext clientTls;

  QuicLoopback() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=Tern test")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    X509Bundle server =
        new CertificateBuilder()
            .subject("CN=" + NAME)
            .addSanDnsName(NAME)
            .addExtendedKeyUsageServerAuth()
            .ecp256()
            .buildIssuedBy(authority);
    serverTls =
        QuicSslContextBuilder.forServer(
                server.getKeyPair().getPrivate(), null, server.getCertificatePath())
            .applicationProtocols(ALPN)
            .build();
    clientTls =
        QuicSslContextBuilder.forClient()
            .trustManager(authority.getCertificate())
            .applicationProtocols(ALPN)
            .build();
  }

  /** Starts an echo server, with or without address validation by Retry. */
  InetSocketAddress serve(TernConnectionIdGenerator cids, boolean retry) throws Exception {
    return serve(cids, cids.localConnectionIdLength(), retry);
  }

  /** Starts an echo server with any generator. */
  InetSocketAddress serve(QuicConnectionIdGenerator cids, int cidLength, boolean retry)
      throws Exception {
    QuicServerCodecBuilder codec =
        new QuicServerCodecBuilder()
            .sslContext(serverTls)
            .connectionIdAddressGenerator(cids)
            .localConnectionIdLength(cidLength)
            .activeMigration(true)
            .activeConnectionIdLimit(8)
            .maxIdleTimeout(20, TimeUnit.SECONDS)
            .initialMaxData(1 << 20)
            .initialMaxStreamDataBidirectionalRemote(1 << 20)
            .initialMaxStreamsBidirectional(1)
            .handler(new Sharable())
            .streamHandler(new Echo());
    if (retry) {
      codec.tokenHandler(InsecureQuicTokenHandler.INSTANCE);
    }
    return (InetSocketAddress)
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(codec.build())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel()
            .localAddress();
  }

  /** Connects a client and opens its stream. */
  Client connect(InetSocketAddress address) throws Exception {
    Channel socket =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                new QuicClientCodecBuilder()
                    .sslEngineProvider(channel -> clientTls.newEngine(channel.alloc(), NAME, 443))
                    .maxIdleTimeout(20, TimeUnit.SECONDS)
                    .activeMigration(true)
                    .activeConnectionIdLimit(CLIENT_CID_LIMIT)
                    .initialMaxData(1 << 20)
                    .initialMaxStreamDataBidirectionalLocal(1 << 20)
                    .build())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    QuicChannel connection =
        QuicChannel.newBootstrap(socket)
            .handler(new ChannelInboundHandlerAdapter())
            .streamHandler(new ChannelInboundHandlerAdapter())
            .remoteAddress(address)
            .connect()
            .get(20, TimeUnit.SECONDS);
    Answers answers = new Answers();
    QuicStreamChannel stream =
        connection.createStream(QuicStreamType.BIDIRECTIONAL, answers).get(20, TimeUnit.SECONDS);
    return new Client(stream, answers);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** One connection with one stream. */
  record Client(QuicStreamChannel stream, Answers answers) {
    /** What the server sends back; null if nothing came within ten seconds. */
    String echo(String word) throws InterruptedException {
      stream.writeAndFlush(
          stream.alloc().buffer().writeBytes(word.getBytes(StandardCharsets.UTF_8)));
      return answers.words.poll(10, TimeUnit.SECONDS);
    }
  }

  /** Words are short enough for one packet, and one is under way at a time. */
  private static final class Answers extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf octets = (ByteBuf) message;
      words.add(octets.toString(StandardCharsets.UTF_8));
      octets.release();
    }
  }

  /** One for all connections of the server. */
  private static class Sharable extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }
  }

  private static final class Echo extends Sharable {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }
}
