package io.tern.p4.generator;

import java.util.Locale;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/** Turns names of P4 objects into names of Java classes and constants. */
final class JavaNames {
  /** What reads well in both: words of lower-case letters and digits, joined by underscores. */
  private static final Pattern P4_NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)*");

  private JavaNames() {}

  /**
   * {@code set_pool} becomes {@code SetPool}.
   *
   * @param what the object, for the error
   * @throws ContractException if the name makes no Java class
   */
  static String typeName(String p4Name, String what) {
    check(p4Name, what);
    StringBuilder type = new StringBuilder();
    for (String word : p4Name.split("_", -1)) {
      type.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return type.toString();
  }

  /**
   * {@code set_pool} becomes {@code SET_POOL}.
   *
   * @param what the object, for the error
   * @throws ContractException if the name makes no Java constant
   */
  static String constantName(String p4Name, String what) {
    check(p4Name, what);
    return p4Name.toUpperCase(Locale.ROOT);
  }

  /**
   * The class that an argument of the command line names.
   *
   * @throws ContractException if it is none
   */
  static String checkedQualifiedName(String name) {
    if (!SourceVersion.isName(name)) {
      throw new ContractException("'" + name + "' is no qualified Java name");
    }
    return name;
  }

  private static void check(String p4Name, String what) {
    if (!P4_NAME.matcher(p4Name).matches()) {
      throw new ContractException(
          what
              + " is named '"
              + p4Name
              + "', of which no Java name can be made: use letters and digits, begin with a letter, and"
              + " join words with single underscores (@name in the P4 program changes the name)");
    }
  }
}
