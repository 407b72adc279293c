/**
 * Ports of the embedded switch: what stands between the data plane and the world. All work without
 * privileges.
 */
package io.tern.embedded.port;
