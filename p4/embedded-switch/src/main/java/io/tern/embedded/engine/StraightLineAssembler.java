package io.tern.embedded.engine;

import io.tern.embedded.engine.LimbCompiler.Assignment;
import io.tern.embedded.engine.LimbExpression.Argument;
import io.tern.embedded.engine.LimbExpression.Binary;
import io.tern.embedded.engine.LimbExpression.Register;
import io.tern.embedded.engine.LimbExpression.Word;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Assembles assignments into one method of a hidden class.
 *
 * <p>Fields live in local variables from their first use on and are written back at the end, so
 * that the just-in-time compiler sees plain arithmetic: no calls, no bounds checks, no memory in
 * between. There is no branch, and therefore no stack map.
 */
final class StraightLineAssembler {
  /** HotSpot compiles no method of more than 8,000 octets. */
  private static final int MAX_CODE = 7_800;

  /** At most so many octets for each: loading, computing with, or writing back a word. */
  private static final int PER_NODE = 9;

  private static final String PACKAGE = "io/tern/embedded/engine/";
  private static final String CONTEXT = PACKAGE + "PacketContext";
  private static final int CLASS_VERSION = 52;
  private static final int ACC_FINAL_SUPER = 0x30;
  private static final int ACC_PUBLIC = 1;

  private static final int CONTEXT_LOCAL = 1;
  private static final int REGISTERS_LOCAL = 2;
  private static final int ARGUMENTS_LOCAL = 3;

  private static final int BIPUSH = 0x10;
  private static final int SIPUSH = 0x11;
  private static final int LDC2_W = 0x14;
  private static final int LLOAD = 0x16;
  private static final int ALOAD = 0x19;
  private static final int LALOAD = 0x2f;
  private static final int LSTORE = 0x37;
  private static final int ASTORE = 0x3a;
  private static final int LASTORE = 0x50;
  private static final int LADD = 0x61;
  private static final int LSUB = 0x65;
  private static final int LMUL = 0x69;
  private static final int LSHL = 0x79;
  private static final int LUSHR = 0x7d;
  private static final int LAND = 0x7f;
  private static final int LOR = 0x81;
  private static final int LXOR = 0x83;
  private static final int RETURN = 0xb1;
  private static final int GETFIELD = 0xb4;
  private static final int INVOKESPECIAL = 0xb7;
  private static final int INVOKESTATIC = 0xb8;
  private static final int WIDE = 0xc4;

  private final ConstantPool pool = new ConstantPool();
  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
  private final DataOutputStream code = new DataOutputStream(octets);

  /** The local variable of a slot, and of an argument. */
  private final Map<Integer, Integer> registers = new HashMap<>();

  private final Map<Integer, Integer> arguments = new HashMap<>();

  /** Slots that were assigned, with their local variables. */
  private final Map<Integer, Integer> assigned = new LinkedHashMap<>();

  private int locals = ARGUMENTS_LOCAL + 1;
  private int stack;
  private int maxStack = 4;

  StraightLineAssembler() {
    try {
      loadField("r", REGISTERS_LOCAL);
      loadField("args", ARGUMENTS_LOCAL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void loadField(String name, int local) throws IOException {
    aload(CONTEXT_LOCAL);
    code.writeByte(GETFIELD);
    code.writeShort(pool.member(ConstantPool.FIELD, CONTEXT, name, "[J"));
    code.writeByte(ASTORE);
    code.writeByte(local);
  }

  /** Appends an assignment; false if there is no room for it. */
  boolean append(Assignment assignment) {
    int words = assignment.words().size();
    int writeBack = (assigned.size() + words) * PER_NODE;
    if (code.size() + assignment.size() * PER_NODE + writeBack + 2 * PER_NODE > MAX_CODE
        || assignment.slot() + words > Short.MAX_VALUE) {
      return false;
    }
    try {
      // All words are computed before the first is stored: the source may be the target.
      for (LimbExpression word : assignment.words()) {
        emit(word);
      }
      for (int i = words - 1; i >= 0; i--) {
        int slot = assignment.slot() + i;
        int local = registers.computeIfAbsent(slot, s -> newLocal());
        assigned.put(slot, local);
        local(LSTORE, local);
        stack -= 2;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  private int newLocal() {
    int local = locals;
    locals += 2;
    return local;
  }

  private void emit(LimbExpression expression) throws IOException {
    if (expression instanceof Word word) {
      push(word.value());
    } else if (expression instanceof Register register) {
      load(registers, REGISTERS_LOCAL, register.slot());
    } else if (expression instanceof Argument argument) {
      load(arguments, ARGUMENTS_LOCAL, argument.index());
    } else {
      emit((Binary) expression);
    }
  }

  private void emit(Binary binary) throws IOException {
    emit(binary.left());
    switch (binary.operator()) {
      case SHIFT_LEFT, SHIFT_RIGHT -> {
        code.writeByte(BIPUSH);
        code.writeByte((int) ((Word) binary.right()).value());
        grow(1);
        code.writeByte(binary.operator() == LimbExpression.Operator.SHIFT_LEFT ? LSHL : LUSHR);
        stack -= 1;
      }
      default -> {
        emit(binary.right());
        combine(binary.operator());
        stack -= 2;
      }
    }
  }

  private void combine(LimbExpression.Operator operator) throws IOException {
    switch (operator) {
      case ADD -> code.writeByte(LADD);
      case SUBTRACT -> code.writeByte(LSUB);
      case MULTIPLY -> code.writeByte(LMUL);
      case AND -> code.writeByte(LAND);
      case OR -> code.writeByte(LOR);
      case XOR -> code.writeByte(LXOR);
      case SHIFT_LEFT_BY -> call("shiftLeft");
      case SHIFT_RIGHT_BY -> call("shiftRight");
      default -> throw new AssertionError(operator);
    }
  }

  private void call(String method) throws IOException {
    code.writeByte(INVOKESTATIC);
    code.writeShort(pool.member(ConstantPool.METHOD, PACKAGE + "WideMath", method, "(JJ)J"));
  }

  private void push(long value) throws IOException {
    code.writeByte(LDC2_W);
    code.writeShort(pool.word(value));
    grow(2);
  }

  private void load(Map<Integer, Integer> known, int array, int index) throws IOException {
    Integer local = known.get(index);
    if (local == null) {
      local = newLocal();
      known.put(index, local);
      aload(array);
      code.writeByte(SIPUSH);
      code.writeShort(index);
      grow(2);
      code.writeByte(LALOAD);
      local(LSTORE, local);
      stack -= 2;
    }
    local(LLOAD, local);
    grow(2);
  }

  private void local(int instruction, int local) throws IOException {
    if (local > 255) {
      code.writeByte(WIDE);
      code.writeByte(instruction);
      code.writeShort(local);
    } else {
      code.writeByte(instruction);
      code.writeByte(local);
    }
  }

  private void aload(int local) throws IOException {
    code.writeByte(ALOAD);
    code.writeByte(local);
  }

  private void grow(int words) {
    stack += words;
    maxStack = Math.max(maxStack, stack + 4);
  }

  /** Makes what was appended an operation. */
  Operation assemble() {
    try {
      for (Map.Entry<Integer, Integer> entry : assigned.entrySet()) {
        aload(REGISTERS_LOCAL);
        code.writeByte(SIPUSH);
        code.writeShort(entry.getKey());
        local(LLOAD, entry.getValue());
        code.writeByte(LASTORE);
      }
      code.writeByte(RETURN);
      return (Operation)
          MethodHandles.lookup()
              .defineHiddenClass(classFile(), true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the class is this one's own work", e);
    }
  }

  private byte[] classFile() throws IOException {
    int name = pool.type(PACKAGE + "StraightLine");
    int parent = pool.type("java/lang/Object");
    int operation = pool.type(PACKAGE + "Operation");
    int superConstructor = pool.member(ConstantPool.METHOD, "java/lang/Object", "<init>", "()V");
    int constructorName = pool.text("<init>");
    int constructorType = pool.text("()V");
    int runName = pool.text("run");
    int runType = pool.text("(L" + CONTEXT + ";)V");
    int codeName = pool.text("Code");

    ByteArrayOutputStream constructor = new ByteArrayOutputStream();
    DataOutputStream body = new DataOutputStream(constructor);
    body.writeByte(ALOAD);
    body.writeByte(0);
    body.writeByte(INVOKESPECIAL);
    body.writeShort(superConstructor);
    body.writeByte(RETURN);

    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(0xcafebabe);
    out.writeShort(0);
    out.writeShort(CLASS_VERSION);
    pool.write(out);
    out.writeShort(ACC_FINAL_SUPER);
    out.writeShort(name);
    out.writeShort(parent);
    out.writeShort(1);
    out.writeShort(operation);
    out.writeShort(0);
    out.writeShort(2);
    method(out, constructorName, constructorType, codeName, constructor.toByteArray(), 1, 1);
    method(out, runName, runType, codeName, octets.toByteArray(), maxStack, locals);
    out.writeShort(0);
    return file.toByteArray();
  }

  private static void method(
      DataOutputStream out, int name, int type, int codeName, byte[] body, int stack, int locals)
      throws IOException {
    out.writeShort(ACC_PUBLIC);
    out.writeShort(name);
    out.writeShort(type);
    out.writeShort(1);
    out.writeShort(codeName);
    out.writeInt(12 + body.length);
    out.writeShort(stack);
    out.writeShort(locals);
    out.writeInt(body.length);
    out.write(body);
    out.writeShort(0);
    out.writeShort(0);
  }
}
