package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The primitives through which a program speaks to its author: log_msg, assert and assume. */
final class Diagnostics {
  /** The program's own messages. */
  private static final Logger PROGRAM = LoggerFactory.getLogger("io.tern.embedded.program");

  private static final Logger LOG = LoggerFactory.getLogger(Diagnostics.class);

  private Diagnostics() {}

  /** BMv2 ends the process here; a switch that others depend on drops the packet. */
  static Operation require(ConditionNode condition, Primitive.Require require) {
    AtomicBoolean told = new AtomicBoolean();
    return c -> {
      if (!condition.test(c)) {
        c.failed = true;
        c.exit = true;
        if (!told.getAndSet(true)) {
          LOG.warn(
              "{} failed at {}; the packet is dropped. Said once for this place.",
              require.kind(),
              require.path());
        }
      }
    };
  }

  static Operation log(Primitive.Log log, ExpressionCompiler expressions) {
    List<WideNode> nodes = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (Value argument : log.arguments()) {
      int n = ExpressionCompiler.exactLimbs(argument.range());
      nodes.add(expressions.wide().compile(argument, n, 0));
      sizes.add(n);
    }
    String format = log.format();
    return c -> {
      if (PROGRAM.isInfoEnabled()) {
        Object[] values = new Object[nodes.size()];
        for (int i = 0; i < values.length; i++) {
          long[] words = new long[sizes.get(i)];
          nodes.get(i).eval(c, words, 0);
          values[i] = Words.signed(words);
        }
        PROGRAM.info(format, values);
      }
    };
  }
}
