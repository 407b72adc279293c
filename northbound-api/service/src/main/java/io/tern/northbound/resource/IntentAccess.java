package io.tern.northbound.resource;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.ResourceNames;
import io.tern.northbound.error.ApiErrors;
import io.tern.northbound.error.IntentErrors;
import io.tern.northbound.error.Violations;
import io.tern.northbound.mapping.Names;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** How the resource services read and change the intent. Thread-safe. */
final class IntentAccess {
  private final IntentStore store;

  IntentAccess(IntentStore store) {
    this.store = requireNonNull(store, "store");
  }

  Intent current() {
    return store.current();
  }

  /**
   * Makes a change, or only tries it.
   *
   * @param nameAt for a field of the request, the name of the resource that it is about
   * @return the intent with the change
   * @throws io.grpc.StatusRuntimeException if it is refused, or if nobody waits for it any more
   */
  Intent change(boolean validateOnly, IntentStore.Change change, UnaryOperator<String> nameAt) {
    IntentStore.Change awaited =
        intent -> {
          // Asked when it is this change's turn: what was given up in the queue must not happen.
          if (Context.current().isCancelled()) {
            throw ApiErrors.cancelled();
          }
          return change.apply(intent);
        };
    try {
      return validateOnly ? awaited.apply(store.current()) : store.update(awaited);
    } catch (IntentException e) {
      throw IntentErrors.toStatus(e, nameAt);
    }
  }

  /**
   * Deletes a resource.
   *
   * @param expectedEtag empty for any
   * @throws io.grpc.StatusRuntimeException NOT_FOUND, ABORTED, or what the intent's rules say
   */
  <K extends Comparable<K>, V> void delete(
      String name,
      K key,
      String expectedEtag,
      Function<Intent, SortedMap<K, V>> select,
      Function<V, String> etagOf,
      IntentStore.Change delete) {
    Intent unused =
        change(
            false,
            intent -> {
              V resource = select.apply(intent).get(key);
              if (resource != null && !expectedEtag.isEmpty()) {
                checkEtag(name, expectedEtag, etagOf.apply(resource));
              }
              return delete.apply(intent);
            },
            field -> name);
    requireNonNull(unused);
  }

  /**
   * Updates a resource.
   *
   * @param expectedEtag empty for any
   * @param update given the intent and the resource as it is
   * @return the intent with the change
   * @throws io.grpc.StatusRuntimeException NOT_FOUND, ABORTED, or what the intent's rules say
   */
  <K extends Comparable<K>, V> Intent update(
      boolean validateOnly,
      String name,
      K key,
      String expectedEtag,
      Function<Intent, SortedMap<K, V>> select,
      Function<V, String> etagOf,
      Update<V> update) {
    return change(
        validateOnly,
        intent -> {
          V resource = require(select.apply(intent).get(key), name);
          if (!expectedEtag.isEmpty()) {
            checkEtag(name, expectedEtag, etagOf.apply(resource));
          }
          return update.apply(intent, resource);
        },
        field -> name);
  }

  /** A change of one resource. */
  @FunctionalInterface
  interface Update<V> {
    Intent apply(Intent intent, V resource) throws IntentException;
  }

  private static void checkEtag(String name, String expected, String actual)
      throws IntentException {
    if (!expected.equals(actual)) {
      throw new IntentException(
          IntentException.Kind.ABORTED,
          name,
          name
              + " has changed: its etag is "
              + actual
              + ", not the one that was given; get it again and decide anew");
    }
  }

  /** The resource, or NOT_FOUND. */
  static <V> V require(V resource, String name) {
    if (resource == null) {
      throw ApiErrors.notFound("name", name, name + " does not exist");
    }
    return resource;
  }

  /**
   * The children of a pool, or of all.
   *
   * @param parent pool ID, or {@link Names#ANY}
   * @throws io.grpc.StatusRuntimeException NOT_FOUND if there is no such pool
   */
  static <K extends Comparable<K>, V> SortedMap<K, V> children(
      Intent intent,
      String parent,
      Function<Intent, SortedMap<K, V>> all,
      Function<String, SortedMap<K, V>> ofPool) {
    if (parent.equals(Names.ANY)) {
      return all.apply(intent);
    }
    if (!intent.pools().containsKey(parent)) {
      String name = ResourceNames.poolName(parent);
      throw ApiErrors.notFound("parent", name, name + " does not exist");
    }
    return ofPool.apply(parent);
  }

  /** Takes a field of the request apart, or INVALID_ARGUMENT. */
  static <T> T parse(String field, String value, Function<String, T> parser) {
    Violations violations = new Violations();
    return violations.get(violations.parse(field, () -> parser.apply(value)));
  }

  static <M> void reply(StreamObserver<M> observer, M message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
