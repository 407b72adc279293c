package io.tern.app.demo;

/**
 * Packets that the switch sent to a backend.
 *
 * @param byCid because their CID names it
 * @param byFallback because their 4-tuple hashes to it
 */
record BackendPackets(long byCid, long byFallback) {
  static final BackendPackets NONE = new BackendPackets(0, 0);

  BackendPackets minus(BackendPackets earlier) {
    return new BackendPackets(byCid - earlier.byCid, byFallback - earlier.byFallback);
  }
}
