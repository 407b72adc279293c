package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A QUIC client that keeps one transfer going over a bidirectional stream: it sends numbered
 * chunks, and each must come back, octet for octet, before the next one leaves. Confined to its
 * event loop; {@link #run()} may be called once, from any thread.
 */
final class TransferClient {
  /** Octets of a chunk: a few packets each way. */
  static final int CHUNK_LENGTH = 2_048;

  private static final Duration MAX_ACK_DELAY = Duration.ofMillis(250);

  /**
   * What a client does.
   *
   * @param chunks how many chunks make the transfer
   * @param pause between an echo and the next chunk
   * @param stallAfter without any progress the connection counts as dead
   * @param seed makes the content of the chunks
   */
  record Transfer(int chunks, Duration pause, Duration stallAfter, long seed) {}

  /**
   * How a transfer ended.
   *
   * @param chunks those that came back whole
   * @param failure why it ended early, or "" if it did not
   */
  record Outcome(int chunks, String failure) {
    boolean survived() {
      return failure.isEmpty();
    }
  }

  private final EventLoopGroup group;
  private final QuicSslContext tls;
  private final InetSocketAddress server;
  private final Transfer transfer;
  private final IntConsumer beforeChunk;
  private final IntConsumer onChunk;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  private Channel socket;
  private QuicChannel connection;
  private QuicStreamChannel stream;
  private ScheduledFuture<?> stallTimer;
  private byte[] chunk = new byte[0];
  private int echoed;
  private int done;

  /**
   * @param server where the client's packets go: its NAT's inner address
   * @param beforeChunk told of each chunk that is about to leave, with how many came back before
   *     it; an UncheckedIOException ends the transfer
   * @param onChunk told of each chunk that came back, with how many there are now
   */
  TransferClient(
      EventLoopGroup group,
      QuicSslContext tls,
      InetSocketAddress server,
      Transfer transfer,
      IntConsumer beforeChunk,
      IntConsumer onChunk) {
    this.group = requireNonNull(group, "group");
    this.tls = requireNonNull(tls, "tls");
    this.server = requireNonNull(server, "server");
    this.transfer = requireNonNull(transfer, "transfer");
    this.beforeChunk = requireNonNull(beforeChunk, "beforeChunk");
    this.onChunk = requireNonNull(onChunk, "onChunk");
  }

  /** Starts; the future never fails, it tells how the transfer ended. */
  CompletableFuture<Outcome> run() {
    new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new QuicClientCodecBuilder()
                .sslEngineProvider(
                    channel -> tls.newEngine(channel.alloc(), DemoTls.SERVER_NAME, 443))
                // Part of the server's probe time-out (RFC 9002, section 6.2.1): quiche fails a new
                // path
                // for good after three of them, which on loopback would be a few milliseconds.
                .maxAckDelay(MAX_ACK_DELAY.toMillis(), TimeUnit.MILLISECONDS)
                .maxIdleTimeout(transfer.stallAfter().toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(1 << 20)
                .initialMaxStreamDataBidirectionalLocal(1 << 20)
                .build())
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addListener(
            bound -> {
              if (bound.isSuccess()) {
                socket = ((io.netty.channel.ChannelFuture) bound).channel();
                socket.eventLoop().execute(this::connect);
              } else {
                finish("no local socket: " + bound.cause().getMessage());
              }
            });
    return outcome;
  }

  private void connect() {
    armStallTimer("handshake");
    QuicChannel.newBootstrap(socket)
        .handler(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelInactive(ChannelHandlerContext ctx) {
                finish("connection closed");
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                finish(cause.toString());
              }
            })
        .streamHandler(new ChannelInboundHandlerAdapter())
        .remoteAddress(server)
        .connect()
        .addListener(
            (FutureListener<QuicChannel>)
                connected -> {
                  if (!connected.isSuccess()) {
                    finish("handshake failed: " + connected.cause().getMessage());
                    return;
                  }
                  connection = connected.getNow();
                  connection
                      .createStream(QuicStreamType.BIDIRECTIONAL, new Echoes())
                      .addListener((FutureListener<QuicStreamChannel>) this::streamCreated);
                });
  }

  private void streamCreated(Future<QuicStreamChannel> created) {
    if (!created.isSuccess()) {
      finish("no stream: " + created.cause().getMessage());
      return;
    }
    stream = created.getNow();
    sendChunk();
  }

  private void sendChunk() {
    if (outcome.isDone()) {
      return;
    }
    try {
      beforeChunk.accept(done);
    } catch (UncheckedIOException e) {
      finish(e.getMessage() + ": " + e.getCause().getMessage());
      return;
    }
    chunk = content(done);
    echoed = 0;
    ByteBuf out = stream.alloc().buffer(chunk.length).writeBytes(chunk);
    stream
        .writeAndFlush(out)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                finish("write failed: " + written.cause().getMessage());
              }
            });
  }

  /** The octets of a chunk: a 64-bit LCG from seed and number, so that no two chunks are alike. */
  private byte[] content(int number) {
    byte[] octets = new byte[CHUNK_LENGTH];
    long state = transfer.seed() * 31 + number;
    for (int i = 0; i < octets.length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      octets[i] = (byte) (state >>> 56);
    }
    return octets;
  }

  private void received(ByteBuf in) {
    while (in.isReadable()) {
      if (echoed == chunk.length || in.readByte() != chunk[echoed]) {
        finish("chunk " + done + " came back changed at octet " + echoed);
        return;
      }
      echoed++;
    }
    if (echoed < chunk.length) {
      return;
    }
    done++;
    armStallTimer("chunk " + done);
    onChunk.accept(done);
    if (done == transfer.chunks()) {
      finish("");
    } else {
      stream
          .eventLoop()
          .schedule(this::sendChunk, transfer.pause().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void armStallTimer(String waitingFor) {
    if (stallTimer != null) {
      stallTimer.cancel(false);
    }
    stallTimer =
        socket
            .eventLoop()
            .schedule(
                () -> finish("no answer, waiting for " + waitingFor),
                transfer.stallAfter().toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void finish(String failure) {
    if (!outcome.complete(new Outcome(done, failure))) {
      return;
    }
    if (stallTimer != null) {
      stallTimer.cancel(false);
    }
    if (connection != null) {
      connection.close().addListener(closed -> socket.close());
    } else if (socket != null) {
      socket.close();
    }
  }

  private final class Echoes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      try {
        received(in);
      } finally {
        in.release();
      }
    }
  }
}
