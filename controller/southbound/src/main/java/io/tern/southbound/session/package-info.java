/**
 * P4Runtime sessions: one for each device, asynchronous, with mastership, reconnection, batched
 * writes and reads. Knows nothing of tables or intents.
 */
package io.tern.southbound.session;
