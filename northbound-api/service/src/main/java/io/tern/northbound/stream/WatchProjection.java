package io.tern.northbound.stream;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Intent;
import io.tern.proto.v1.ChangeType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * A watch: every resource as ADDED, then SNAPSHOT_COMPLETE, then what distinguishes each intent
 * from the one before it, in the order of names.
 *
 * @param <K> what the intent finds a resource by
 * @param <V> the resource
 * @param <M> the message of the watch
 */
public final class WatchProjection<K extends Comparable<K>, V, M> implements Projection<M> {

  /** Makes the messages of one kind of watch. */
  public interface Messages<V, M> {
    /** SNAPSHOT_COMPLETE. */
    M complete(long revision);

    /**
     * A change.
     *
     * @param of the intent that {@code resource} is from
     * @param revision of the intent that the change led to
     */
    M change(ChangeType type, Intent of, V resource, long revision);
  }

  /** A message that is made when the reader takes it. */
  private interface Pending<M> {
    M make();
  }

  private final Function<Intent, SortedMap<K, V>> select;
  private final Messages<V, M> messages;
  private Intent sentIntent;
  private SortedMap<K, V> sent; // Of sentIntent; null: nothing was sent yet.

  /**
   * @param select the resources to watch; may throw StatusRuntimeException to end the watch
   */
  public WatchProjection(Function<Intent, SortedMap<K, V>> select, Messages<V, M> messages) {
    this.select = requireNonNull(select, "select");
    this.messages = requireNonNull(messages, "messages");
  }

  @Override
  public Iterator<M> messages(Intent intent) {
    SortedMap<K, V> now = select.apply(intent);
    List<Pending<M>> pending = sent == null ? snapshot(intent, now) : difference(intent, now);
    sentIntent = intent;
    sent = now;
    return pending.stream().map(Pending::make).iterator();
  }

  private List<Pending<M>> snapshot(Intent intent, SortedMap<K, V> now) {
    long revision = intent.revision();
    List<Pending<M>> pending = new ArrayList<>(now.size() + 1);
    now.values()
        .forEach(
            resource ->
                pending.add(() -> messages.change(ChangeType.ADDED, intent, resource, revision)));
    pending.add(() -> messages.complete(revision));
    return pending;
  }

  private List<Pending<M>> difference(Intent intent, SortedMap<K, V> now) {
    Intent before = sentIntent;
    long revision = intent.revision();
    List<Pending<M>> pending = new ArrayList<>();
    // Deletions first: a name or address that was freed and taken again is free before it is taken.
    sent.forEach(
        (key, resource) -> {
          if (!now.containsKey(key)) {
            pending.add(() -> messages.change(ChangeType.DELETED, before, resource, revision));
          }
        });
    now.forEach(
        (key, resource) -> {
          V old = sent.get(key);
          if (old == null) {
            pending.add(() -> messages.change(ChangeType.ADDED, intent, resource, revision));
          } else if (!old.equals(resource)) {
            pending.add(() -> messages.change(ChangeType.MODIFIED, intent, resource, revision));
          }
        });
    return pending;
  }
}
