package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Pool;
import java.util.List;
import java.util.Optional;

/**
 * A pool as one device sees it.
 *
 * @param living the backends that still get packets, as far as the device reaches them
 */
record PoolView(Pool pool, CidLookup cids, Fallback fallback, List<Backend> living) {
  Optional<Backend> livingBackend(int number) {
    return living.stream().filter(backend -> backend.number() == number).findFirst();
  }
}
