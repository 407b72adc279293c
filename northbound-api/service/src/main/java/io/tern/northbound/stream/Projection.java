package io.tern.northbound.stream;

import io.tern.core.intent.Intent;
import java.util.Iterator;

/**
 * What a stream makes of each intent. Has state of its own; called by one thread at a time, with
 * growing revisions, of which some may be left out.
 *
 * @param <M> the messages of the stream
 */
public interface Projection<M> {
  /**
   * The messages for an intent, made as they are taken.
   *
   * @throws io.grpc.StatusRuntimeException to end the stream with that status
   */
  Iterator<M> messages(Intent intent);
}
