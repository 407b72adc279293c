/** What the agent pins under bpffs, and how it finds it again. */
package io.tern.agent.pin;
