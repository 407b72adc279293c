/**
 * How the maps of the BPF program are laid out: read from the program's own type information, so
 * that Java never repeats an offset; and kept as text beside pinned maps, so that whoever comes
 * later can read maps of another layout.
 */
package io.tern.agent.layout;
