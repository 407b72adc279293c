package io.tern.agent.pin;

import static java.util.Objects.requireNonNull;

import io.tern.agent.layout.ObjectLayout;
import io.tern.libbpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The compiled XDP program. Immutable. */
public final class ProgramObject {
  static final String PROGRAM = "tern_xdp";

  private static final String RESOURCE = "/io/tern/xdp/tern_xdp.bpf.o";

  private final byte[] elf;
  private final ObjectLayout layout;
  private final String hash;

  private ProgramObject(byte[] elf) {
    this.elf = elf;
    this.layout = ObjectLayout.of(elf);
    try {
      this.hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(elf));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The program that comes with Tern. */
  public static ProgramObject ofTern() {
    try (InputStream resource = ProgramObject.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("Tern was built without its XDP program: " + RESOURCE);
      }
      return new ProgramObject(resource.readAllBytes());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Another build of it. */
  public static ProgramObject of(byte[] elf) {
    return new ProgramObject(requireNonNull(elf, "elf").clone());
  }

  /** How its maps are laid out. */
  public ObjectLayout layout() {
    return layout;
  }

  /** SHA-256 of the object. */
  public String hash() {
    return hash;
  }

  BpfObject open() {
    return BpfObject.open("tern_xdp", elf);
  }
}
