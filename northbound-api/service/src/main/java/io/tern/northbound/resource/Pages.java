package io.tern.northbound.resource;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tern.northbound.error.ApiErrors;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * Pages of a collection (AIP-158).
 *
 * <p>A page token names the last resource of its page, so pages neither repeat nor skip a resource
 * that is there all the time, whatever else is created or deleted between them, and they survive a
 * restart of the controller.
 */
final class Pages {
  static final int MAX_PAGE_SIZE = 1_000;
  private static final String VERSION = "1";

  /**
   * One page.
   *
   * @param nextToken empty on the last page
   */
  record Page<V>(List<V> resources, String nextToken) {}

  private Pages() {}

  /**
   * One page of {@code all}.
   *
   * @param collection what is listed; a token of another collection is refused
   * @param size 0 takes the greatest, more is cut down to it (AIP-158)
   * @param nameOf resource name of a key
   * @param keyOf the way back; throws IllegalArgumentException
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for a negative size or a wrong token
   */
  static <K extends Comparable<K>, V> Page<V> page(
      SortedMap<K, V> all,
      String collection,
      int size,
      String token,
      Function<K, String> nameOf,
      Function<String, K> keyOf) {
    if (size < 0) {
      throw ApiErrors.invalid(
          "page_size",
          "page size is " + size + "; it must be 1 to " + MAX_PAGE_SIZE + ", or 0 for that");
    }
    int limit = size == 0 ? MAX_PAGE_SIZE : Math.min(size, MAX_PAGE_SIZE);
    K last = token.isEmpty() ? null : decode(token, collection, keyOf);
    SortedMap<K, V> rest = last == null ? all : all.tailMap(last);
    List<V> resources = new ArrayList<>();
    K shown = null;
    for (Map.Entry<K, V> entry : rest.entrySet()) {
      if (entry.getKey().equals(last)) {
        continue; // tailMap includes it.
      }
      if (resources.size() == limit) {
        return new Page<>(resources, encode(collection, nameOf.apply(shown)));
      }
      resources.add(entry.getValue());
      shown = entry.getKey();
    }
    return new Page<>(resources, "");
  }

  private static String encode(String collection, String lastName) {
    String content = String.join("\n", VERSION, collection, lastName);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(content.getBytes(UTF_8));
  }

  private static <K> K decode(String token, String collection, Function<String, K> keyOf) {
    try {
      String[] parts = new String(Base64.getUrlDecoder().decode(token), UTF_8).split("\n", -1);
      if (parts.length == 3 && parts[0].equals(VERSION)) {
        if (!parts[1].equals(collection)) {
          throw ApiErrors.invalid(
              "page_token", "is of another list; give it to the one it is from");
        }
        return keyOf.apply(parts[2]);
      }
    } catch (IllegalArgumentException e) {
      // Neither base64 nor a name: answered below.
    }
    throw ApiErrors.invalid(
        "page_token", "is not one that this API gave out; leave it empty for the first page");
  }
}
