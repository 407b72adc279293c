/**
 * {@code tern compile}: profiles of the P4 program, p4c, and the bundles that devices get. A bundle
 * is also what {@code tern serve --bundle} reads.
 */
package io.tern.app.compile;
