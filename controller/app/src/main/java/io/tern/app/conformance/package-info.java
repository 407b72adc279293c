/** {@code tern conformance}: the rows of {@code p4/conformance} against a device somewhere. */
package io.tern.app.conformance;
