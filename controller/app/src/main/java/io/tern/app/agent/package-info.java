/** {@code tern agent}: the XDP program of this host as a P4Runtime device. */
package io.tern.app.agent;
