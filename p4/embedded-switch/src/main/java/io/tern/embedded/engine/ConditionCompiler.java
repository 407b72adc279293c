package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression;
import io.tern.embedded.bmv2.Expression.Comparison;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.ValueRange;
import io.tern.embedded.engine.ExpressionCompiler.ScratchSize;

/** Compiles conditions. */
final class ConditionCompiler {
  private final ExpressionCompiler expressions;
  private final Layout layout;
  private final ScratchSize scratch;

  ConditionCompiler(ExpressionCompiler expressions, Layout layout, ScratchSize scratch) {
    this.expressions = expressions;
    this.layout = layout;
    this.scratch = scratch;
  }

  ConditionNode compile(Expression.Condition condition, int depth) {
    if (condition instanceof Expression.BooleanConstant constant) {
      boolean value = constant.value();
      return c -> value;
    }
    if (condition instanceof Comparison comparison) {
      return comparison(comparison, depth);
    }
    if (condition instanceof Expression.NonZero test) {
      return nonZero(test.operand(), depth);
    }
    if (condition instanceof Expression.Not not) {
      ConditionNode operand = compile(not.operand(), depth);
      return c -> !operand.test(c);
    }
    if (condition instanceof Expression.And and) {
      ConditionNode left = compile(and.left(), depth);
      ConditionNode right = compile(and.right(), depth);
      return c -> left.test(c) && right.test(c);
    }
    if (condition instanceof Expression.Or or) {
      ConditionNode left = compile(or.left(), depth);
      ConditionNode right = compile(or.right(), depth);
      return c -> left.test(c) || right.test(c);
    }
    if (condition instanceof Expression.Valid valid) {
      HeaderNode header = expressions.header(valid.header(), depth);
      return c -> {
        int base = header.base(c);
        return base != HeaderNode.NONE && c.r[base] != 0;
      };
    }
    if (condition instanceof Expression.ConditionEquality equality) {
      ConditionNode left = compile(equality.left(), depth);
      ConditionNode right = compile(equality.right(), depth);
      return c -> left.test(c) == right.test(c);
    }
    if (condition instanceof Expression.VariableEquality equality) {
      return variableEquality(equality);
    }
    if (condition instanceof Expression.HeaderEquality equality) {
      return headerEquality(equality, depth);
    }
    Expression.ChoiceCondition choice = (Expression.ChoiceCondition) condition;
    ConditionNode test = compile(choice.condition(), depth);
    ConditionNode whenTrue = compile(choice.whenTrue(), depth);
    ConditionNode whenFalse = compile(choice.whenFalse(), depth);
    return c -> test.test(c) ? whenTrue.test(c) : whenFalse.test(c);
  }

  private ConditionNode nonZero(Value operand, int depth) {
    if (ExpressionCompiler.fitsWord(operand.range())) {
      LongNode node = expressions.low(operand, depth);
      return c -> node.eval(c) != 0;
    }
    int n = ExpressionCompiler.exactLimbs(operand.range());
    WideNode node = expressions.wide().compile(operand, n, scratch.reserve(depth, n));
    return c -> {
      node.eval(c, c.scratch, depth);
      return !WideMath.isZero(c.scratch, depth, n);
    };
  }

  private ConditionNode variableEquality(Expression.VariableEquality equality) {
    int left = layout.slot(equality.left());
    int right = layout.slot(equality.right());
    return c -> {
      int words = 1 + Layout.limbs((int) c.r[left]);
      for (int i = 0; i < words; i++) {
        if (c.r[left + i] != c.r[right + i]) {
          return false;
        }
      }
      return true;
    };
  }

  private ConditionNode headerEquality(Expression.HeaderEquality equality, int depth) {
    HeaderNode left = expressions.header(equality.left(), depth);
    HeaderNode right = expressions.header(equality.right(), depth);
    int size = layout.size(equality.left().type());
    return c -> {
      int l = left.base(c);
      int r = right.base(c);
      if (l == HeaderNode.NONE || r == HeaderNode.NONE || c.r[l] == 0 || c.r[r] == 0) {
        return false;
      }
      for (int i = 1; i < size; i++) {
        if (c.r[l + i] != c.r[r + i]) {
          return false;
        }
      }
      return true;
    };
  }

  private ConditionNode comparison(Comparison comparison, int depth) {
    ValueRange left = comparison.left().range();
    ValueRange right = comparison.right().range();
    boolean signed = left.fitsSignedLong() && right.fitsSignedLong();
    if (!signed && !(left.fitsUnsignedLong() && right.fitsUnsignedLong())) {
      return wideComparison(comparison, depth);
    }
    LongNode l = expressions.low(comparison.left(), depth);
    if (comparison.comparator() == Expression.Comparator.EQUAL
        && comparison.right() instanceof Constant constant) {
      long k = constant.value().longValue();
      if (comparison.left() instanceof FieldValue field && !left.isNegative()) {
        int slot = layout.slot(field.field());
        return c -> c.r[slot] == k;
      }
      return c -> l.eval(c) == k;
    }
    LongNode r = expressions.low(comparison.right(), depth);
    // Adding the smallest number turns unsigned order into signed order.
    long bias = signed ? 0 : Long.MIN_VALUE;
    return switch (comparison.comparator()) {
      case EQUAL -> c -> l.eval(c) == r.eval(c);
      case NOT_EQUAL -> c -> l.eval(c) != r.eval(c);
      case LESS -> c -> l.eval(c) + bias < r.eval(c) + bias;
      case LESS_OR_EQUAL -> c -> l.eval(c) + bias <= r.eval(c) + bias;
      case GREATER -> c -> l.eval(c) + bias > r.eval(c) + bias;
      case GREATER_OR_EQUAL -> c -> l.eval(c) + bias >= r.eval(c) + bias;
    };
  }

  private ConditionNode wideComparison(Comparison comparison, int depth) {
    int n =
        Math.max(
            ExpressionCompiler.exactLimbs(comparison.left().range()),
            ExpressionCompiler.exactLimbs(comparison.right().range()));
    int second = scratch.reserve(depth, n);
    int inner = scratch.reserve(second, n);
    WideNode left = expressions.wide().compile(comparison.left(), n, inner);
    WideNode right = expressions.wide().compile(comparison.right(), n, inner);
    Expression.Comparator comparator = comparison.comparator();
    return c -> {
      left.eval(c, c.scratch, depth);
      right.eval(c, c.scratch, second);
      int order = WideMath.compareSigned(c.scratch, depth, c.scratch, second, n);
      return switch (comparator) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case LESS_OR_EQUAL -> order <= 0;
        case GREATER -> order > 0;
        case GREATER_OR_EQUAL -> order >= 0;
      };
    };
  }
}
