package io.tern.store;

import io.tern.core.intent.IntentStore;

class InMemoryIntentStoreTest extends IntentStoreContract {
  @Override
  IntentStore open() {
    return new InMemoryIntentStore();
  }
}
