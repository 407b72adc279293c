package io.tern.app.demo;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts a QUIC server's connections from their first packet to their end. Thread-safe. */
@Sharable
final class OpenConnections extends ChannelInboundHandlerAdapter {
  /** How long no connection must be there before the last one counts as ended. */
  private static final long QUIET_MILLIS = 500;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger all = new AtomicInteger();

  /** Those that ever were. */
  int all() {
    return all.get();
  }

  /** Returns when there is none, and has not been for a while. */
  void awaitNone(EventLoop loop) throws InterruptedException {
    CountDownLatch none = new CountDownLatch(1);
    loop.execute(() -> awaitQuiet(loop, none, 0));
    none.await();
  }

  private void awaitQuiet(EventLoop loop, CountDownLatch none, long quiet) {
    if (open.get() == 0 && quiet >= QUIET_MILLIS) {
      none.countDown();
      return;
    }
    long next = open.get() == 0 ? quiet + QUIET_MILLIS / 5 : 0;
    loop.schedule(() -> awaitQuiet(loop, none, next), QUIET_MILLIS / 5, TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    open.incrementAndGet();
    all.incrementAndGet();
    ctx.channel().closeFuture().addListener(closed -> open.decrementAndGet());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public boolean isSharable() {
    return true;
  }
}
