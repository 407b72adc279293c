/**
 * Runs {@link io.tern.p4.conformance.fixture.Fixtures} against anything with a P4Runtime server and
 * ports: {@link io.tern.p4.conformance.harness.Conformance}.
 */
package io.tern.p4.conformance.harness;
