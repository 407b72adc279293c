package io.tern.p4.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the Java constants of a P4 program: one class with IDs, names, sizes and widths, and an
 * enum for the cells of every indirect counter. The same P4Info gives the same octets. A file that
 * is right already is not touched.
 */
public final class ContractGenerator {
  private ContractGenerator() {}

  /**
   * Runs the generator.
   *
   * @param args P4Info file in text format, directory for the sources, qualified name of the class
   *     that gets the constants
   * @throws ContractException if the P4Info, or a name in it, cannot be used
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new ContractException(
          "usage: ContractGenerator P4INFO DIRECTORY QUALIFIED_CLASS_NAME; there are "
              + args.length
              + " arguments");
    }
    generate(Path.of(args[0]), Path.of(args[1]), args[2]);
  }

  /**
   * Writes the sources.
   *
   * @throws ContractException if the P4Info, or a name in it, cannot be used
   * @throws IOException if a file cannot be read or written
   */
  public static void generate(Path p4Info, Path directory, String qualifiedClassName)
      throws IOException {
    Map<Path, String> sources;
    try {
      sources =
          new ContractWriter(
                  ContractReader.read(Files.readString(p4Info)),
                  p4Info.getFileName().toString(),
                  qualifiedClassName)
              .sources();
    } catch (NoSuchFileException e) {
      throw new ContractException("there is no P4Info file " + p4Info, e);
    } catch (ContractException e) {
      throw new ContractException(p4Info + ": " + e.getMessage(), e);
    }
    for (Map.Entry<Path, String> source : sources.entrySet()) {
      Path file = directory.resolve(source.getKey());
      Files.createDirectories(file.getParent());
      if (!Files.exists(file) || !Files.readString(file).equals(source.getValue())) {
        Files.writeString(file, source.getValue());
      }
    }
  }
}
