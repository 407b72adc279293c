package io.tern.southbound.packetin;

import io.grpc.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one packet a second at most, and how many it passed over since the last. Thread-safe. */
public final class LoggedPacketIns implements PacketInListener {
  private static final Logger logger = LoggerFactory.getLogger(LoggedPacketIns.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Deadline.Ticker ticker;
  private final AtomicLong next;
  private final AtomicLong passedOver = new AtomicLong();

  public LoggedPacketIns(Deadline.Ticker ticker) {
    this.ticker = ticker;
    this.next = new AtomicLong(ticker.nanoTime());
  }

  @Override
  public void onPacketIn(PacketSample sample) {
    long now = ticker.nanoTime();
    long due = next.get();
    if (now - due >= 0 && next.compareAndSet(due, now + INTERVAL_NANOS)) {
      logger.info(
          "{}: copy of a packet of {} octets from port {}, counted as {}: {} ({} others since the"
              + " last)",
          sample.deviceId(),
          sample.length(),
          sample.ingressPort(),
          sample.reason(),
          sample.headers(),
          passedOver.getAndSet(0));
    } else {
      passedOver.incrementAndGet();
    }
  }
}
