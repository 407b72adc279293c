/**
 * Implementations of {@link io.tern.core.intent.IntentStore}: one durable (SQLite), one in memory.
 */
package io.tern.store;
