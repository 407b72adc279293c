/**
 * What the operator wants: an immutable snapshot with a revision. Pure: no I/O, no clock, no gRPC,
 * no protobuf.
 */
package io.tern.core.intent;
