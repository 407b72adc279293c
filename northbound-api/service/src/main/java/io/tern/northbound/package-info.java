/** The northbound gRPC server: what operators and QUIC servers talk to. */
package io.tern.northbound;
