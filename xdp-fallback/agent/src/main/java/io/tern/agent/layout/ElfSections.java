package io.tern.agent.layout;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Sections of a 64-bit ELF file of either byte order. */
final class ElfSections {
  private static final int HEADER = 64;
  private static final int DATA_ENCODING = 5;

  private ElfSections() {}

  /**
   * The octets of a section, in the file's byte order.
   *
   * @throws LayoutException if it is no ELF file or has no such section
   */
  static ByteBuffer find(byte[] elf, String section) {
    if (elf.length < HEADER || elf[0] != 0x7f || elf[1] != 'E' || elf[4] != 2) {
      throw new LayoutException("no 64-bit ELF file");
    }
    ByteBuffer file =
        ByteBuffer.wrap(elf)
            .order(elf[DATA_ENCODING] == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    try {
      int table = Math.toIntExact(file.getLong(40));
      int size = file.getShort(58);
      int count = file.getShort(60);
      int names = offset(file, table + size * file.getShort(62));
      for (int i = 0; i < count; i++) {
        int header = table + size * i;
        if (text(file, names + file.getInt(header)).equals(section)) {
          return file.slice(offset(file, header), Math.toIntExact(file.getLong(header + 32)))
              .order(file.order());
        }
      }
    } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
      throw new LayoutException("the ELF file is damaged", e);
    }
    throw new LayoutException("the ELF file has no section " + section);
  }

  private static int offset(ByteBuffer file, int header) {
    return Math.toIntExact(file.getLong(header + 24));
  }

  /** A string that ends with 0. */
  static String text(ByteBuffer octets, int at) {
    int end = at;
    while (octets.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - at];
    octets.get(at, text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
