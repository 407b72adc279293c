/** Errors as AIP-193 has them: a gRPC status with details that machines read. */
package io.tern.northbound.error;
