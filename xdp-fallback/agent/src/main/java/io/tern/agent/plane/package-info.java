/** The contract's tables on the maps of the BPF program. */
package io.tern.agent.plane;
